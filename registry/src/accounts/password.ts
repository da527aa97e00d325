import { randomBytes, scrypt as scryptOf, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';

const scrypt = promisify<string, Buffer, number, ScryptOptions, Buffer>(scryptOf);

/** A password as it is kept: its scrypt hash with everything that is needed to compute it again. */
export const passwordSchema = z.strictObject({ N: z.int().max(1 << 20), r: z.int().max(32), p: z.int().max(16), salt: z.base64(), hash: z.base64() });
export type KeptPassword = z.infer<typeof passwordSchema>;

const cost = { N: 1 << 15, r: 8, p: 1 };
const length = 32;

const hashed = (password: string, salt: Buffer, { N, r, p }: typeof cost): Promise<Buffer> => scrypt(password.normalize('NFC'), salt, length, { N, r, p, maxmem: 256 * N * r });

export async function keepPassword(password: string): Promise<KeptPassword> {
  const salt = randomBytes(16);
  return { ...cost, salt: salt.toString('base64'), hash: (await hashed(password, salt, cost)).toString('base64') };
}

export async function isPassword(password: string, kept: KeptPassword): Promise<boolean> {
  const expected = Buffer.from(kept.hash, 'base64');
  const given = await hashed(password, Buffer.from(kept.salt, 'base64'), kept);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
