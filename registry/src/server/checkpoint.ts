import { z } from 'zod';
import type { Storage } from '../storage/storage.ts';

const key = 'private/checkpoint';
const schema = z.strictObject({
  /** Number of the last event whose package is settled. */
  lastEvent: z.int().nonnegative(),
  /** Until when versions were let appear; milliseconds since 1970. */
  moment: z.number(),
  /** Whether all of it was signed too. */
  signed: z.boolean().default(false),
});
export type Checkpoint = z.infer<typeof schema>;

/** Up to where everything was settled when a registry was last opened or closed; undefined when nobody knows. */
export async function readCheckpoint(storage: Storage, signal: AbortSignal): Promise<Checkpoint | undefined> {
  const stored = await storage.read(key, signal);
  return stored && schema.parse(JSON.parse(new TextDecoder().decode(stored.bytes)));
}

/** The next opening looks at everything. */
export async function forgetCheckpoint(storage: Storage, signal: AbortSignal): Promise<void> {
  await storage.delete(key, { signal });
}

export async function writeCheckpoint(storage: Storage, checkpoint: Checkpoint, signal: AbortSignal): Promise<void> {
  await storage.write(key, new TextEncoder().encode(JSON.stringify(checkpoint)), { signal });
}
