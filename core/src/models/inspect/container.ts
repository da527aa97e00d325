import type { ContainerFormat } from './inspection.ts';

const magics: readonly (readonly [format: ContainerFormat | 'hdf5', at: number, magic: string])[] = [
  ['7z', 0, '7z\xbc\xaf\x27\x1c'],
  ['xz', 0, '\xfd7zXZ\0'],
  ['bzip2', 0, 'BZh'],
  ['zstd', 0, '\x28\xb5\x2f\xfd'],
  ['lz4', 0, '\x04\x22\x4d\x18'],
  ['rar', 0, 'Rar!\x1a\x07'],
  ['gzip', 0, '\x1f\x8b\x08'],
  ['tar', 257, 'ustar'],
  ['hdf5', 0, '\x89HDF\r\n\x1a\n'],
];

const has = (bytes: Uint8Array, at: number, magic: string): boolean => Array.from(magic).every((character, i) => bytes[at + i] === character.charCodeAt(0));

/** HDF5 may begin behind a block of the user's own, at 512, 1024, 2048 … */
function hasLateHdf5(bytes: Uint8Array): boolean {
  for (let at = 512; at < bytes.length; at *= 2) if (has(bytes, at, '\x89HDF\r\n\x1a\n')) return true;
  return false;
}

/** zlib streams have no magic, only a header that is a multiple of 31. */
const isZlib = (bytes: Uint8Array): boolean => bytes[0] === 0x78 && bytes.length > 6 && (0x7800 + (bytes[1] ?? 0)) % 31 === 0;

/** The wrapper or foreign format that bytes begin as. */
export function containerOf(bytes: Uint8Array): ContainerFormat | 'hdf5' | undefined {
  const found = magics.find(([, at, magic]) => has(bytes, at, magic))?.[0];
  if (found !== undefined) return found;
  if (hasLateHdf5(bytes)) return 'hdf5';
  return isZlib(bytes) ? 'zlib' : undefined;
}
