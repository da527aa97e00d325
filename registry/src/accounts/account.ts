import { ByomlError } from '@byoml/core';
import { z } from 'zod';
import { passwordSchema } from './password.ts';

/** Somebody who may publish. No e-mail address is kept. */
export const accountSchema = z.strictObject({
  name: z.string(),
  /** Null: only tokens get in. */
  password: passwordSchema.nullable(),
  created: z.iso.datetime(),
  /** Until when the account may change nothing; null when it may. */
  frozenUntil: z.iso.datetime().nullable(),
});
export type Account = z.infer<typeof accountSchema>;

/** The account that comes with a registry: it hands out tokens. */
export const administrator = 'admin';

/** Throws REQUEST_INVALID unless this can be the name of an account. */
export function parseAccountName(text: unknown): string {
  if (typeof text !== 'string' || !/^[a-z0-9][a-z0-9._-]{0,63}$/.test(text)) throw new ByomlError('REQUEST_INVALID', 'account: names are lower case, of letters, digits, ".", "_" and "-", at most 64 characters');
  return text;
}

export const accountKey = (name: string): string => `private/accounts/${name}`;
