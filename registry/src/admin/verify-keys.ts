import { join } from 'node:path';
import { isByomlError } from '@byoml/core';
import { readKeyFile } from '../trust/key-file.ts';
import { keyOfRole } from '../trust/tuf/files.ts';
import type { SignedEdition } from './signed-edition.ts';
import type { Findings } from './verification.ts';

/**
 * Compares the root with the online keys beside the registry, where they are: whoever replaces all that is served, roots too, does not have them. Says nothing
 * about a key that is elsewhere.
 */
export async function verifyKeys({ roles }: SignedEdition, folder: string, findings: Findings): Promise<void> {
  for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
    const key = await readKeyFile(join(folder, `${role}.pem`)).catch((thrown: unknown) => {
      if (isByomlError(thrown) && thrown.code === 'FILE_MISSING') return undefined;
      throw thrown;
    });
    if (key && roles[role].keys.some((id) => id !== key.public.id)) findings.add(keyOfRole('root'), `the root names other keys for ${role} than ${key.public.id} in ${role}.pem`);
  }
}
