import { readFile } from 'node:fs/promises';
import { Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';

/** The folder that `registry serve` was given. */
export const registryRoot = Flags.string({ required: true, helpValue: 'DIR', description: 'Folder of the registry; a server may run on it.' });

/** The bytes of a `root.json` that came another way than from the registry. Throws FILE_MISSING. */
export async function trustedRootFile(path: string): Promise<Uint8Array> {
  return readFile(path).catch((thrown: unknown) => {
    throw new ByomlError('FILE_MISSING', `--trusted-root ${path}: ${(thrown as Error).message}`, { cause: thrown, details: { path } });
  });
}
