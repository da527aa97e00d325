import { scopeFolder, type ModelFiles } from '@byoml/core';
import type { AccessGraph } from './access-graph.ts';
import { modelInvalid } from './binary.ts';
import { decodeGraph } from './graph-file.ts';

const path = /^scopes\/(s(?:[0-9a-f]{2})*)\/([a-z.-]+)$/;

/** Folder → names of the files in it. */
async function folders(files: ModelFiles): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>();
  for (const file of (await files.names()).toSorted()) {
    const [, folder, name] = path.exec(file) ?? [];
    if (folder === undefined || name === undefined) throw modelInvalid(file, 'is not a file of this model');
    found.set(folder, (found.get(folder) ?? new Set()).add(name));
  }
  return found;
}

/** What a scope's folder holds beside its graph, read on demand. */
export type ScopeFile = (name: string) => Promise<{ readonly file: string; readonly bytes: Uint8Array }>;

/** Reads every `scopes/<scopeFolder>/graph.bin` with exactly the files named `beside` it, and makes a T of each. */
export async function readScopes<T>(files: ModelFiles, beside: readonly string[], make: (graph: AccessGraph, read: ScopeFile) => Promise<T>): Promise<ReadonlyMap<string, T>> {
  const scopes = new Map<string, T>();
  const expected = ['graph.bin', ...beside].toSorted().join(', ');
  for (const [folder, names] of await folders(files)) {
    if ([...names].toSorted().join(', ') !== expected) throw modelInvalid(`scopes/${folder}`, `holds ${[...names].join(', ')}, expected ${expected}`);
    const read: ScopeFile = async (name) => ({ file: `scopes/${folder}/${name}`, bytes: await files.read(`scopes/${folder}/${name}`) });
    const { file, bytes } = await read('graph.bin');
    const { scope, graph } = decodeGraph(file, bytes);
    if (scopeFolder(scope) !== folder) throw modelInvalid(file, `is of another scope than its folder`);
    scopes.set(scope, await make(graph, read));
  }
  return scopes;
}
