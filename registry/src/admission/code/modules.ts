import { posix } from 'node:path';
import type { PackageArchive } from '../../package/archive.ts';
import type { Suspicion } from './suspicion.ts';

/** Modules of Node that run code from texts, load native code or start processes, and what they do. */
const forbidden: ReadonlyMap<string, string> = new Map([
  ['vm', 'runs code from texts'], ['repl', 'runs code from texts'], ['inspector', 'opens a debugger'], ['inspector/promises', 'opens a debugger'], ['ffi', 'loads native code'], ['wasi', 'gives WebAssembly the system'],
]);
const processes: ReadonlyMap<string, string> = new Map([['child_process', 'starts processes'], ['cluster', 'starts processes']]);
const loadable = /\.(?:[cm]?js|json|wasm)$/i;

/** Why a module must not be loaded, by what an import or a require names. */
export function suspectModule(specifier: string, from: string, archive: PackageArchive): Suspicion | undefined {
  const name = specifier.replace(/^node:/, '');
  const does = forbidden.get(name);
  if (does !== undefined) return { message: `it loads "${specifier}", which ${does}`, kind: 'forbidden' };
  if (processes.has(name)) return { message: `it loads "${specifier}", which ${processes.get(name)}`, kind: 'process' };
  if (/^(?:data|blob|https?|file):/i.test(specifier) || specifier.startsWith('/')) return { message: `it loads code from "${specifier.slice(0, 60)}"`, kind: 'forbidden' };
  if (!/^\.\.?(?:\/|$)/.test(specifier)) return undefined;
  const target = posix.join(posix.dirname(from), specifier.replace(/[?#].*$/, ''));
  if (target.startsWith('../')) return { message: `it loads "${specifier}" from outside the package`, kind: 'forbidden' };
  return archive.file(target) && !loadable.test(target) ? { message: `it loads "${specifier}" as code, which no name of a program ends like`, kind: 'forbidden' } : undefined;
}
