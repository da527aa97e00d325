import type { ArchiveEntry } from '../../package/archive.ts';
import type { Submission } from '../check.ts';
import { commandsOf } from '../package-json.ts';
import { textOf } from '../text-files.ts';

const source = /\.[cm]?jsx?$/i;
const typed = /\.(?:[cm]?tsx?|json|wasm|css)$/i;

/** The files that Node would run: by their names, because package.json points at them, or because their first line says so. */
export function programsOf({ archive, packageJson }: Submission): readonly ArchiveEntry[] {
  const targets = new Set([...commandsOf(packageJson, archive).values(), ...['main', 'module', 'browser', 'exports', 'imports'].flatMap((field) => pathsIn(packageJson[field]))]);
  return archive.entries.filter(({ path, bytes }) => source.test(path) || (targets.has(path) && !typed.test(path)) || (bytes[0] === 0x23 && bytes[1] === 0x21 && !typed.test(path) && /^#![^\n]{0,200}\b(?:node|bun|deno)\b/.test(textOf(bytes.subarray(0, 256)) ?? '')));
}

function pathsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value.replace(/^\.\//, '')];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}
