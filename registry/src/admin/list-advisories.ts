import { z } from 'zod';
import type { History } from '../npm/history.ts';
import type { Storage } from '../storage/storage.ts';
import { readAdvisories, type Advisory } from '../trust/advisories.ts';
import { countingAdvisories, envelopesOf } from './advisories-file.ts';
import { readSignedEdition } from './signed-edition.ts';

/** An advisory of this registry, and whether anybody heeds it. */
export interface ListedAdvisory {
  readonly id: string;
  readonly counts: boolean;
  /** Why it does not count: it ended, or its signature is none of this registry's. */
  readonly because?: string;
  /** What it says; nothing of it is verified unless it counts. */
  readonly says: Partial<Advisory>;
}

const payloadSchema = z.object({ payload: z.string() });

/** The newest advisory of every id, also those that count no more. Throws TRUST_REFUSED when the metadata does not hold. */
export async function listAdvisories({ storage, history, now }: { readonly storage: Storage; readonly history: History; readonly now: Date }, signal: AbortSignal): Promise<readonly ListedAdvisory[]> {
  const { signers } = await readSignedEdition(storage, { signal });
  const events = countingAdvisories(history);
  const envelopes = await envelopesOf(storage, events, signal);
  return events.map(({ id }, i) => {
    const { accepted: [advisory], ignored: [ignored] } = readAdvisories([envelopes[i]], signers, now);
    return advisory ? { id, counts: true, says: advisory } : { id, counts: false, because: ignored?.because ?? 'it does not hold', says: told(envelopes[i]) };
  });
}

/** The advisory when it counts. */
export const countingAdvisory = ({ counts, says }: ListedAdvisory): Advisory | undefined => (counts ? (says as Advisory) : undefined);

/** What an advisory says that does not count: only to show it. */
function told(envelope: unknown): Partial<Advisory> {
  try {
    return JSON.parse(Buffer.from(payloadSchema.parse(envelope).payload, 'base64').toString()) as Partial<Advisory>;
  } catch {
    return {};
  }
}
