import { refusal } from '../refusal.ts';
import { differences, type ExpectedIdentity } from '../sigstore/identity.ts';
import type { TrustedRoot } from '../sigstore/trusted-root.ts';
import { verifyBundle } from '../sigstore/verify-bundle.ts';
import { what, type SigstoreTrust } from './signer.ts';

const unnamed = { name: '', version: '' };

/** Trusts what one of these pipelines has signed, as sigstore's certificates and logs prove it. Needs no network. */
export const sigstoreTrust = (trustedRoot: TrustedRoot, identities: readonly ExpectedIdentity[]): SigstoreTrust => (bundle) => {
  const verified = verifyBundle(bundle, trustedRoot, what);
  const [closest] = identities.map((pinned) => differences(verified.identity, pinned, unnamed)).sort((a, b) => a.length - b.length);
  if (closest?.length === 0) return verified;
  throw refusal(what, closest?.join('; ') ?? 'no pipeline is trusted for models');
};
