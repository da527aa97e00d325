import { createHash, randomBytes } from 'node:crypto';
import { ByomlError } from '@byoml/core';
import { z } from 'zod';
import { scopeOf } from '../npm/name.ts';

const rights = ['read', 'publish', 'admin'] as const;
/** Each includes the ones before: looking around, changing packages, handing out tokens for others. */
export type Right = (typeof rights)[number];

/** A token as it is kept: never its secret, only the sha256 of it. */
export const tokenSchema = z.strictObject({
  /** sha256 of the secret, in hexadecimal; also its key. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  account: z.string(),
  right: z.enum(rights),
  /** Names and `@scope`s that it may change; empty: all that its account may. */
  packages: z.array(z.string()),
  label: z.string(),
  created: z.iso.datetime(),
  expires: z.iso.datetime().nullable(),
});
export type Token = z.infer<typeof tokenSchema>;

export const newSecret = (): string => `byoml_${randomBytes(32).toString('base64url')}`;
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Throws ACCESS_DENIED unless the token has the right, and for a package also may change that one. */
export function refuseUnlessAllowed(token: Token, right: Right, name?: string): void {
  const { account, packages } = token;
  if (rights.indexOf(token.right) < rights.indexOf(right)) throw new ByomlError('ACCESS_DENIED', `the token of "${account}" may only ${token.right}`, { details: { account, right } });
  if (name === undefined || packages.length === 0 || packages.includes(name) || packages.includes(scopeOf(name) ?? name)) return;
  throw new ByomlError('ACCESS_DENIED', `${name}: the token of "${account}" is for ${packages.join(', ')} only`, { details: { account, name, packages } });
}
