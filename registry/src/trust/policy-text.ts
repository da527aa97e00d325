import { readFile } from 'node:fs/promises';
import { ByomlError } from '@byoml/core';

/** The text of a policy or of a file that it names; undefined: there is no such file and none is required. Throws FILE_MISSING. */
export async function policyText(path: string, needed: 'required'): Promise<string>;
export async function policyText(path: string, needed: 'required' | 'optional'): Promise<string | undefined>;
export async function policyText(path: string, needed: 'required' | 'optional'): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (needed === 'optional' && (thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ByomlError('FILE_MISSING', `${path} cannot be read`, { details: { file: path }, cause: thrown });
  }
}
