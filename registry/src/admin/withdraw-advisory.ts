import { ByomlError } from '@byoml/core';
import type { Advisory } from '../trust/advisories.ts';
import type { SigningKey } from '../trust/keys.ts';
import { countingAdvisory, listAdvisories } from './list-advisories.ts';
import type { Administered } from './administered.ts';
import { signedAdvisory } from './publish-advisory.ts';

/** Ends an advisory now, by signing it anew under the same id. Throws RECORD_UNKNOWN for an id of which none counts. */
export async function withdrawAdvisory(administered: Administered, { id, key }: { readonly id: string; readonly key?: SigningKey | undefined }): Promise<Advisory> {
  const { storage, packages: { history }, now, signal } = administered.registry;
  await history.refresh(signal);
  const listed = (await listAdvisories({ storage, history, now: new Date(now()) }, signal)).find((each) => each.id === id);
  const advisory = listed && countingAdvisory(listed);
  if (!advisory) throw new ByomlError('RECORD_UNKNOWN', `advisory ${id}: ${listed ? `it counts no more: ${listed.because ?? ''}` : 'there is none of that id'}`, { details: { id } });
  return signedAdvisory(administered, { ...advisory, expires: new Date(now()).toISOString() }, key);
}
