import type { Clock } from '@byoml/core';
import type { Storage } from '../../storage/storage.ts';
import type { SigningKey } from '../keys.ts';
import { refusal } from '../refusal.ts';
import { keyOfRole } from './files.ts';
import { signedFile, timestampMetadata } from './metadata.ts';
import { defaultLifetimes } from './roles.ts';
import { readState } from './state.ts';

/** What keeping a registry fresh needs. */
export interface RefreshOptions {
  readonly storage: Storage;
  /** The timestamp key; no other is needed. */
  readonly key: SigningKey;
  readonly clock: Clock;
  /** Milliseconds; a day without it. */
  readonly lifetime?: number;
}

const mostAttempts = 1000;

/** Signs the timestamp anew over the same snapshot. Throws TRUST_REFUSED when the storage holds what was not signed, or the key is not the root's. */
export async function refreshTimestamp({ storage, key, clock, lifetime = defaultLifetimes.timestamp }: RefreshOptions, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const { timestamp } = await readState(storage, { keys: { timestamp: key.public } }, signal);
    const about = { version: timestamp.version + 1, expires: new Date(clock.now().getTime() + lifetime) };
    const bytes = signedFile(timestampMetadata(timestamp.snapshotMeta, about), [key]);
    if (await storage.write(keyOfRole('timestamp'), bytes, { expected: timestamp.stored, signal })) return;
  }
  throw refusal('timestamp', 'the storage never took it');
}
