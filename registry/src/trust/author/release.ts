import { z } from '@byoml/core';
import { openEnvelope, seal, type Envelope } from '../dsse.ts';
import { canonicalJson, parseCanonicalJson } from '../json.ts';
import type { PublicKey, SigningKey } from '../keys.ts';
import { refusal } from '../refusal.ts';
import { parsed } from '../schema.ts';

export const releasePayloadType = 'application/vnd.byoml.release+json';
const largestPayload = 8192;

const releaseSchema = z.strictObject({
  name: z.string().max(214).regex(/^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/).describe('Name of the package.'),
  version: z.string().max(128).regex(/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/).describe('Version of the package.'),
  integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/).describe('SHA-512 of the tarball, as npm writes it.'),
  manifest: z.string().regex(/^[0-9a-f]{64}$/).nullable().describe('SHA-256 of its byoml.plugin.json in hexadecimal; null for a package that is no plugin.'),
  created: z.iso.datetime().max(40).describe('When the author signed, in UTC.'),
});

/** What an author says about one version of a package. */
export type Release = z.infer<typeof releaseSchema>;

/** What the verifier knows by itself, from the bytes it holds. */
export type ExpectedRelease = Omit<Release, 'created'>;

/** Signs a version as its author: a detached envelope that travels beside the tarball. Throws TRUST_REFUSED for a statement that no verifier would accept. */
export function signRelease(release: Release, key: SigningKey): Envelope {
  const statement = parsed(releaseSchema, release, 'release');
  return seal(releasePayloadType, new TextEncoder().encode(canonicalJson(statement)), key);
}

/**
 * Verifies that one of the keys has signed exactly this version with exactly these bytes, and answers the statement and whose key it was.
 * Throws TRUST_REFUSED saying which of them does not hold.
 */
export function verifyRelease(envelope: unknown, expected: ExpectedRelease, keys: readonly PublicKey[]): { readonly release: Release; readonly signer: PublicKey } {
  const what = `signature of ${expected.name}@${expected.version}`;
  const { payload, signer } = openEnvelope(envelope, { what, payloadType: releasePayloadType, keys });
  const release = parsed(releaseSchema, parseCanonicalJson(payload, what, largestPayload), what);
  for (const field of ['name', 'version', 'integrity', 'manifest'] as const) {
    if (release[field] !== expected[field]) throw refusal(what, `it is for the ${field} ${release[field]}, not ${expected[field]}`);
  }
  return { release, signer };
}
