import type { ModelFiles } from '../contracts/algorithm.ts';

/** The files under a folder of `files`, by names relative to it. */
export function prefixed(files: ModelFiles, prefix: string): ModelFiles {
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  return {
    names: async () => (await files.names()).filter((name) => name.startsWith(folder)).map((name) => name.slice(folder.length)),
    read: (name) => files.read(folder + name),
    write: (name, bytes) => files.write(folder + name, bytes),
  };
}
