import { z } from 'zod';
import type { Storage } from '../storage/storage.ts';

const key = 'private/public-url';
const schema = z.strictObject({ publicUrl: z.url() });

/** The address that readers see, as the registry was last given it; undefined when it has none. It is in the packuments, so whoever makes them needs it. */
export async function readPublicUrl(storage: Storage, signal: AbortSignal): Promise<string | undefined> {
  const stored = await storage.read(key, signal);
  return stored && schema.parse(JSON.parse(new TextDecoder().decode(stored.bytes))).publicUrl;
}

/** Keeps the address for everybody who opens the storage without one; undefined: there is none any more. */
export async function writePublicUrl(storage: Storage, publicUrl: string | undefined, signal: AbortSignal): Promise<void> {
  if (publicUrl === undefined) await storage.delete(key, { signal });
  else await storage.write(key, new TextEncoder().encode(JSON.stringify({ publicUrl })), { signal });
}
