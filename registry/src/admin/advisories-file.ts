import { ByomlError } from '@byoml/core';
import { z } from 'zod';
import type { LogEvent } from '../log/event.ts';
import { readBlob } from '../npm/blobs.ts';
import type { History } from '../npm/history.ts';
import type { Signing } from '../npm/signing.ts';
import { absent, type Condition, type Storage, type Stored } from '../storage/storage.ts';
import { targetDigest } from '../trust/tuf/target.ts';

/** Where clients read the advisories of a registry. */
export const advisoriesKey = 'v1/advisories.json';

type AdvisoryEvent = Extract<LogEvent, { kind: 'advisory' }>;

/** What lies there: envelopes that were signed with `signAdvisory`, not yet verified. */
export const advisoriesSchema = z.strictObject({ advisories: z.array(z.unknown()) });

/** The events that count: the newest of each id, in the order of the log. */
export function countingAdvisories(history: History): readonly AdvisoryEvent[] {
  const all = [...history.names()].flatMap((name) => history.of(name).events).filter((event) => event.kind === 'advisory').sort((a, b) => a.number - b.number);
  return [...new Map(all.map((event) => [event.id, event])).values()].sort((a, b) => a.number - b.number);
}

/** The envelopes of some events. Throws STORAGE_FAILED for a blob that is gone or damaged. */
export const envelopesOf = (storage: Storage, events: readonly AdvisoryEvent[], signal: AbortSignal): Promise<readonly unknown[]> =>
  Promise.all(events.map(async ({ blob, id }) => parsed(await readBlob(storage, blob, signal), id)));

/** The file as the log and the blobs make it; undefined when there never was an advisory. */
export async function madeAdvisories(storage: Storage, history: History, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const events = countingAdvisories(history);
  if (events.length === 0) return undefined;
  return new TextEncoder().encode(JSON.stringify({ advisories: await envelopesOf(storage, events, signal) }));
}

/** Makes the file anew and signs it; whoever writes at the same time ends with the same file. Whether it changed. */
export async function writeAdvisories({ storage, history, trust }: { readonly storage: Storage; readonly history: History; readonly trust: Signing }, signal: AbortSignal): Promise<boolean> {
  let changed = false;
  for (;;) {
    const stored = await storage.read(advisoriesKey, signal);
    await history.refresh(signal);
    const made = await madeAdvisories(storage, history, signal);
    const same = isSame(stored, made);
    if (!same && !(await replaced(storage, made, { expected: stored?.version ?? absent, signal }))) continue;
    changed ||= !same;
    if (!(await isSigned(trust, made, signal))) await trust.publish(new Map([[advisoriesKey, made ? targetDigest(made) : null]]), signal);
    if (isSame(await storage.read(advisoriesKey, signal), made)) return changed;
  }
}

const isSame = (stored: Stored | undefined, made: Uint8Array | undefined): boolean => (made ? stored !== undefined && Buffer.from(stored.bytes).equals(made) : !stored);

/** Whether nobody else was faster. */
async function replaced(storage: Storage, made: Uint8Array | undefined, condition: Condition): Promise<boolean> {
  return made ? (await storage.write(advisoriesKey, made, condition)) !== undefined : await storage.delete(advisoriesKey, condition);
}

async function isSigned(trust: Signing, made: Uint8Array | undefined, signal: AbortSignal): Promise<boolean> {
  const signed = await trust.signed(advisoriesKey, signal);
  return made ? signed?.sha256 === targetDigest(made).sha256 : signed === undefined;
}

function parsed(bytes: Uint8Array, id: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (thrown) {
    throw new ByomlError('STORAGE_FAILED', `advisory ${id}: its blob is not JSON`, { cause: thrown, details: { id } });
  }
}
