import { z } from '@byoml/core';
import { packumentKey } from '../npm/name.ts';
import { parseJson } from '../trust/json.ts';
import { parsed } from '../trust/schema.ts';
import { refusal } from '../trust/refusal.ts';
import type { RegistrySession } from './registry-session.ts';

const largest = 64 << 20;

const version = z.looseObject({ name: z.string(), version: z.string(), yanked: z.string().max(2000).optional(), dist: z.looseObject({ integrity: z.string() }) });
const schema = z.looseObject({
  name: z.string(),
  'dist-tags': z.record(z.string(), z.string()),
  versions: z.record(z.string(), version),
  time: z.record(z.string(), z.string()),
});
/** The part of a packument that an installation needs. */
export type SignedPackument = z.infer<typeof schema>;

/** What a registry has signed about a package; undefined when that is nothing. Throws TRUST_REFUSED, REGISTRY_FAILED. */
export async function signedPackument(session: RegistrySession, name: string): Promise<SignedPackument | undefined> {
  const key = packumentKey(name);
  const bytes = await session.signed(key, largest);
  if (!bytes) return undefined;
  const packument = parsed(schema, parseJson(bytes, key, largest), key);
  if (packument.name !== name) throw refusal(key, `it is about ${packument.name}`);
  return packument;
}
