import type { Card } from '../npm/card.ts';
import { ownerKey, type OwnerKeyAnswer } from '../trust/author/owner-key.ts';
import { verifyRelease } from '../trust/author/release.ts';
import { publicKey, type PublicKey } from '../trust/keys.ts';
import type { LoadedPolicy } from '../trust/policy-file.ts';
import { identityFor } from '../trust/policy.ts';
import type { VerifiedIdentity } from '../trust/sigstore/identity.ts';
import { identityText } from './locked-identity.ts';
import type { LockedPlugin, Signer } from './plugins-lock.ts';

export interface SignerQuestion {
  readonly card: Card;
  /** SHA-256 of the manifest in the tarball. */
  readonly manifestDigest: string;
  readonly loaded: LoadedPolicy;
  readonly installed: LockedPlugin | undefined;
}

/** Who vouches for a version, each signature verified. */
export interface SignerAnswer {
  readonly signer: Signer;
  /** How the author's key compares with the pinned one; null where no author signed. */
  readonly ownerKey: OwnerKeyAnswer | null;
  /** The pipeline that the policy pins and that built it; null: none. */
  readonly provenance: VerifiedIdentity | null;
}

/** Verifies what author and pipeline have signed. Throws TRUST_REFUSED for a signature that does not hold. */
export async function signerOf({ card, manifestDigest, loaded, installed }: SignerQuestion): Promise<SignerAnswer> {
  const provenance = await provenanceOf(card, loaded);
  const common = { account: card.publisher, ...(provenance && { identity: identityText(provenance) }) };
  const answer = authorKey(card, manifestDigest, installed);
  if (!answer) return { signer: { by: provenance ? 'sigstore' : 'registry', ...common, key: null }, ownerKey: null, provenance };
  const by = loaded.policy.roots.some(({ id }) => id === answer.key.id) ? 'organisation' : 'author';
  return { signer: { by, ...common, key: answer.key.hex }, ownerKey: answer, provenance };
}

/** Ids of the keys whose signatures over the version hold. */
export const signersOf = ({ ownerKey: answer }: Pick<SignerAnswer, 'ownerKey'>): readonly string[] => (answer ? [answer.key.id] : []);

function authorKey(card: Card, manifest: string, installed: LockedPlugin | undefined): (OwnerKeyAnswer & { readonly key: PublicKey }) | null {
  if (!card.author) return null;
  const offered = publicKey(card.author.key);
  const { name, version, integrity, publisher: owner } = card;
  verifyRelease(card.author.envelope, { name, version, integrity, manifest }, [offered]);
  const pinned = installed?.signer.key ? [publicKey(installed.signer.key)] : [];
  return ownerKey({ owner, pinned, offered, ...(card.author.endorsement !== undefined && { endorsement: card.author.endorsement }) });
}

async function provenanceOf({ name, version, integrity, provenance }: Card, { policy, trustedRoot }: LoadedPolicy): Promise<VerifiedIdentity | null> {
  const identity = identityFor(policy, name);
  if (provenance === null || !identity || !trustedRoot) return null;
  const { verifyProvenance } = await import('../trust/sigstore/verify-bundle.ts'); // few policies ask for it
  return verifyProvenance(provenance, { name, version, integrity, identity, trustedRoot });
}
