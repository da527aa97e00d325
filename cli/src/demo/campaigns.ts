import { readFile } from 'node:fs/promises';
import { z } from '@byoml/core';
import type { Scored } from '@byoml/core/workspace';
import { isoDay } from '../detecting.ts';

const truthRow = z.strictObject({ campaign: z.string(), kind: z.enum(['sweep', 'fan-out', 'insider']), user: z.string(), resource: z.string(), day: z.iso.date(), sourceHost: z.string() });
type TruthRow = z.output<typeof truthRow>;

export interface Campaign {
  readonly name: string;
  readonly kind: TruthRow['kind'];
  readonly rows: readonly TruthRow[];
}

/** The planted campaigns, as truth.jsonl lists them. */
export async function readCampaigns(path: string): Promise<Campaign[]> {
  const rows = (await readFile(path, 'utf8')).trimEnd().split('\n').filter(Boolean).map((line) => truthRow.parse(JSON.parse(line)));
  const names = [...new Set(rows.map(({ campaign }) => campaign))];
  return names.map((name) => {
    const own = rows.filter(({ campaign }) => campaign === name);
    return { name, kind: (own[0] as TruthRow).kind, rows: own };
  });
}

/** An incident on a day the campaign acted names its account or its source host. */
export const isFound = ({ rows }: Campaign, queue: ReadonlyArray<{ readonly day: string; readonly entity: string }>): boolean =>
  queue.some(({ day, entity }) => rows.some((row) => row.day === day && (row.user === entity || row.sourceHost === entity)));

/** How many campaigns a queue of as many accounts with new accesses, drawn blindly each day, is expected to find. */
export function chanceOf(campaigns: readonly Campaign[], days: readonly Scored[]): number {
  return campaigns.reduce((sum, campaign) => sum + 1 - days.reduce((missed, day) => missed * missProbability(campaign, day), 1), 0);
}

/** Drawing q of n accounts misses all k of the campaign's: C(n − k, q) / C(n, q). */
function missProbability({ rows }: Campaign, { score: { day, candidates, queue, history } }: Scored): number {
  const accounts = new Set(Array.from(candidates.rows, (row) => history.user(row)));
  const own = new Set(rows.filter((row) => row.day === isoDay(day) && accounts.has(row.user)).map(({ user }) => user));
  const [n, k] = [accounts.size, own.size];
  let missed = 1;
  for (let drawn = 0; drawn < Math.min(queue.queued.length, n); drawn++) missed *= Math.max(0, (n - k - drawn) / (n - drawn));
  return missed;
}
