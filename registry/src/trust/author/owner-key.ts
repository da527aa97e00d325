import { z } from '@byoml/core';
import { claimedSigner, openEnvelope, seal, type Envelope } from '../dsse.ts';
import { canonicalJson, parseCanonicalJson } from '../json.ts';
import { publicKey, type PublicKey, type SigningKey } from '../keys.ts';
import { refusal } from '../refusal.ts';
import { parsed } from '../schema.ts';

const keyChangePayloadType = 'application/vnd.byoml.key-change+json';
const largestPayload = 4096;

const keyChange = z.strictObject({
  owner: z.string().min(1).max(214),
  from: z.string().regex(/^[0-9a-f]{64}$/),
  to: z.string().regex(/^[0-9a-f]{64}$/),
  created: z.iso.datetime().max(40),
});

/** What an owner's key is to somebody who may have pinned one. */
export type OwnerKeyAnswer =
  /** It is one of the pinned keys. */
  | { readonly kind: 'pinned'; readonly key: PublicKey }
  /** Nothing was pinned yet: show the key, then pin it. */
  | { readonly kind: 'first'; readonly key: PublicKey }
  /** Another key than the pinned ones: a person decides. `endorsed`: the owner's old key has signed the change. */
  | { readonly kind: 'new key'; readonly key: PublicKey; readonly pinned: readonly PublicKey[]; readonly endorsed: boolean };

/** What is known when an owner's signature is met. */
export interface OwnerKeyQuestion {
  readonly owner: string;
  readonly pinned: readonly PublicKey[];
  readonly offered: PublicKey;
  /** What the old key may have signed about the change. */
  readonly endorsement?: unknown;
}

/** Compares an owner's key with the pinned ones. Never accepts a new one by itself. Throws TRUST_REFUSED for an endorsement that does not hold. */
export function ownerKey({ owner, pinned, offered, endorsement }: OwnerKeyQuestion): OwnerKeyAnswer {
  if (pinned.length === 0) return { kind: 'first', key: offered };
  if (pinned.some(({ id }) => id === offered.id)) return { kind: 'pinned', key: offered };
  if (endorsement === undefined) return { kind: 'new key', key: offered, pinned, endorsed: false };
  const what = `change of the key of ${owner}`;
  const { payload, signer } = openEnvelope(endorsement, { what, payloadType: keyChangePayloadType, keys: pinned });
  const change = parsed(keyChange, parseCanonicalJson(payload, what, largestPayload), what);
  if (change.owner !== owner || change.from !== signer.hex || change.to !== offered.hex) throw refusal(what, 'it is about another owner or other keys');
  return { kind: 'new key', key: offered, pinned, endorsed: true };
}

/** The old key's word for the new one. */
export function signKeyChange(change: { readonly owner: string; readonly to: PublicKey; readonly created: Date }, oldKey: SigningKey): Envelope {
  const statement = parsed(keyChange, { owner: change.owner, from: oldKey.public.hex, to: change.to.hex, created: change.created.toISOString() }, 'change of a key');
  return seal(keyChangePayloadType, new TextEncoder().encode(canonicalJson(statement)), oldKey);
}

/** Which of the keys that a registry lists for an owner an envelope claims to be signed with. Throws TRUST_REFUSED when it is none of them. */
export function offeredKey(envelope: unknown, listed: readonly string[]): PublicKey {
  const id = claimedSigner(envelope, 'author signature');
  const found = listed.map(publicKey).find((key) => key.id === id);
  if (!found) throw refusal('author signature', `key ${id} is not one of the owner's`);
  return found;
}
