import type { ArchiveEntry } from '../../package/archive.ts';
import { beginningOf } from './magic.ts';

const names = /\.(?:node|so(?:\.\d+)*|dylib|dll|exe|com|msi|scr|sys|jar|class|bat|cmd|ps1|vbs|wsf|hta|app|deb|rpm|apk)$/i;
const magics: readonly (readonly [string, string])[] = [
  ['7f454c46', 'an ELF program'], ['feedface', 'a Mach-O program'], ['feedfacf', 'a Mach-O program'], ['cefaedfe', 'a Mach-O program'], ['cffaedfe', 'a Mach-O program'], ['cafebabe', 'a Mach-O program or Java class'], ['0061736d', 'WebAssembly'],
];
const isWasm = 'WebAssembly';

/** What programs for the machine a file holds, by its name and its first bytes. */
export function nativeIn({ path, bytes }: ArchiveEntry, plugin: boolean): string | undefined {
  const begins = beginningOf(bytes, 4);
  const magic = magics.find(([start]) => begins === start)?.[1] ?? (begins.startsWith('4d5a') && isDos(bytes) ? 'a Windows program' : undefined);
  if (magic === isWasm || /\.wasm$/i.test(path)) return wasmFault(path, magic === isWasm, plugin);
  return magic ?? (names.test(path) ? 'a program for the machine, by its name' : undefined);
}

/** `MZ` alone may begin a text; the offset of the second header does not. */
const isDos = (bytes: Uint8Array): boolean => bytes.length > 64 && bytes.subarray(0, 512).includes(0);

function wasmFault(path: string, real: boolean, plugin: boolean): string | undefined {
  if (!real) return 'no WebAssembly, whatever its name says';
  if (!/\.wasm$/i.test(path)) return 'WebAssembly under another name';
  return plugin ? undefined : 'WebAssembly without a plugin manifest';
}
