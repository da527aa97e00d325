import { differences, type ExpectedIdentity, type VerifiedIdentity } from '../trust/sigstore/identity.ts';

/** A pipeline as `plugins.lock` keeps it: repository, workflow and ref, none of which has a space in it. */
export const identityText = ({ repository, workflow, ref }: VerifiedIdentity): string => `${repository} ${workflow} ${ref}`;

/** What of a locked pipeline is not as it is pinned now, each in words. Issuer and environment were compared when it was installed; the lock does not keep them. */
export function lockedDifferences(locked: string, pinned: ExpectedIdentity, of: { readonly name: string; readonly version: string }): string[] {
  const [repository = '', workflow = '', ref = ''] = locked.split(' ');
  return differences({ issuer: pinned.issuer, repository, workflow, ref, environment: pinned.environment ?? null, commit: null, run: null }, pinned, of);
}
