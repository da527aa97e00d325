import assert from 'node:assert/strict';
import type { ModelFiles } from '../../contracts/algorithm.ts';
import { ByomlError } from '../../contracts/errors.ts';

/** A model folder in memory, by name. */
export type FileBytes = ReadonlyMap<string, Uint8Array>;

const wellNamed = /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/;

/** Model files in memory; `held` is what was written so far. Refuses names that could leave the folder. */
export function memoryFiles(from: FileBytes = new Map()): ModelFiles & { readonly held: FileBytes } {
  const held = new Map(from);
  return {
    held,
    names: async () => [...held.keys()].sort(),
    async read(name) {
      const bytes = held.get(name);
      if (!bytes) throw new ByomlError('MODEL_CORRUPT', `the model has no file "${name}"`, { details: { file: name } });
      return bytes.slice();
    },
    async write(name, bytes) {
      assert.match(name, wellNamed, `"${name}" is not a relative file name`);
      held.set(name, bytes.slice());
    },
  };
}
