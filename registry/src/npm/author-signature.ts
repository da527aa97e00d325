import { ByomlError } from '@byoml/core';
import { z } from 'zod';

const schema = z.strictObject({
  /** DSSE over the release statement. */
  envelope: z.record(z.string(), z.unknown()),
  /** DSSE in which the key before this one speaks for it. */
  endorsement: z.record(z.string(), z.unknown()).optional(),
  /** Ed25519 public key in hexadecimal. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What an author sends along with a version: nothing in it is verified yet. */
export type AuthorSignature = z.infer<typeof schema>;

/** Throws REQUEST_INVALID for bytes that hold no author's signature. */
export function parseAuthorSignature(bytes: Uint8Array): AuthorSignature {
  try {
    return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (thrown) {
    throw new ByomlError('REQUEST_INVALID', 'publish: the signature that came along is not `{ envelope, endorsement?, key }` in JSON', { cause: thrown });
  }
}
