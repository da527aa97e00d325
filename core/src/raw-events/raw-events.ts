import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scan } from '../contracts/data-source.ts';
import { ByomlError } from '../contracts/errors.ts';
import { Candidates, type RawEvent } from './candidates.ts';
import { confirmed } from './confirmed.ts';
import { rowCount, type Asked } from './row-count.ts';
import { ofDay, ofNames, ofPredicates, ofWholeNames, type Wanted } from './wanted.ts';

export interface RawEvents {
  /** In the order of the source. */
  readonly events: readonly RawEvent[];
  /** The row's count over all records that were found; with a limit of no less, the events' counts add up to it. */
  readonly total: number;
}

export interface RawEventsRequest extends Omit<Asked, 'name'> {
  /** What the source found for the row's day: JSON Lines files. */
  readonly scan: Scan;
  /** Most events that are answered. */
  readonly limit: number;
}

type FileScan = Scan & { readonly kind: 'files' };

/**
 * The records behind one row of a view. Lines that hold the row's names are copied into a temporary folder, and the engine runs the view over
 * fewer and fewer of them until it has given the row from just the records that are answered. Where the names find less than `row.count`,
 * all lines are taken that the view's predicates may let through. Memory: one block, one line, eight bytes a candidate and the answer.
 * Throws USAGE_INVALID for a source that is not JSON Lines, FILE_MISSING, FILE_CORRUPT, WRITE_FAILED, and what the engine throws.
 */
export async function rawEvents({ scan, limit, ...rest }: RawEventsRequest): Promise<RawEvents> {
  if (scan.kind !== 'files' || scan.format !== 'jsonl') throw new ByomlError('USAGE_INVALID', `${scan.name}: raw events can be shown of JSON Lines only`, { details: { source: scan.name } });
  const asked: Asked = { ...rest, name: scan.name };
  const folder = await mkdtemp(join(tmpdir(), 'byoml-raw-events-'));
  try {
    const { candidates, total } = await found(asked, scan, folder);
    return { events: total === 0 || limit === 0 ? [] : await eventsOf(asked, candidates, { limit, total, unique: scan.unique }), total };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Found {
  readonly candidates: Candidates;
  readonly total: number;
}

/** Looks at few lines first, and at more while they give less than they should. */
async function found(asked: Asked, scan: FileScan, folder: string): Promise<Found> {
  let best: Found | undefined;
  for (const [i, wanted] of looks(asked).entries()) {
    const candidates = await Candidates.collect(scan.files, wanted, join(folder, `look-${i}.jsonl`), asked.run);
    const total = await rowCount(asked, candidates.part(0, candidates.length), scan.unique);
    if (!best || total > best.total) best = { candidates, total };
    if (total >= (asked.row.count ?? 1)) break;
  }
  return best as Found;
}

/** What to look for, the narrowest first: a view may change names, or make some that no record holds. */
function looks({ row, view }: Asked): readonly Wanted[] {
  const [names, predicates] = [ofNames(row.user, row.resource), ofPredicates(view.where)];
  // Without a count nothing would tell that only some of the records spell names and day like this.
  const likely = row.count === undefined ? [] : [[...ofWholeNames(row.user, row.resource), ...ofDay(row.day), ...predicates]];
  return [...likely, ...(names.length === 0 ? [] : [[...names, ...predicates]]), predicates];
}

interface Wish {
  readonly limit: number;
  readonly total: number;
  readonly unique: string | undefined;
}

async function eventsOf(asked: Asked, candidates: Candidates, { limit, total, unique }: Wish): Promise<RawEvent[]> {
  const events: RawEvent[] = [];
  const ids = new Set<string>();
  let sum = 0;
  for await (const { from, to, count } of confirmed(candidates.length, limit, (range) => rowCount(asked, candidates.part(range.from, range.to)))) {
    for await (const event of candidates.records(from, to)) {
      const id = unique === undefined ? '' : idOf(event.record[unique]);
      if (id !== '' && ids.has(id)) continue;
      ids.add(id);
      events.push(event);
      sum += count / (to - from);
      if (events.length >= limit) return events;
    }
    if (sum >= total) return events;
  }
  return events;
}

/** Texts and numbers of the same spelling are one value, as engines have it; empty ones identify nothing. */
const idOf = (value: unknown): string => (typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value));
