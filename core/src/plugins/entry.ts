import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageJson } from './installed.ts';

/** A core that runs from source takes the sources of plugins that offer them; a built core takes what is published. */
const fromSource = import.meta.filename.endsWith('.ts');
const conditions = new Set(['node', 'import', 'module-sync', 'default']);

const inside = (path: string): boolean => path.startsWith('./') && !path.split(/[\\/]/).includes('..');

/** What an `exports` value (Node's package entry points) leads to, in the order in which its author wrote the conditions. */
function target(folder: string, value: unknown): string | undefined {
  if (typeof value === 'string') return inside(value) ? value : undefined;
  if (value === null || typeof value !== 'object') return undefined;
  for (const [condition, inner] of Object.entries(value)) {
    const found = Array.isArray(value) || conditions.has(condition) ? target(folder, inner) : sourceOf(folder, condition, inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Published packages name their source but do not hold it. */
function sourceOf(folder: string, condition: string, value: unknown): string | undefined {
  if (condition !== '@byoml/source' || !fromSource) return undefined;
  const found = target(folder, value);
  return found !== undefined && existsSync(join(folder, found)) ? found : undefined;
}

/** Path of the file that a package's name leads to; undefined when it names none. */
export function entryFile(folder: string, { exports, main }: PackageJson): string | undefined {
  const root = exports !== null && typeof exports === 'object' && '.' in exports ? exports['.'] : exports;
  const found = target(folder, root === undefined ? `./${(main ?? 'index.js').replace(/^\.\//, '')}` : root);
  return found === undefined ? undefined : join(folder, found);
}
