import type { Scored } from '@byoml/core/workspace';
import { isoDay } from '../detecting.ts';
import { isFound, type Campaign } from './campaigns.ts';

export interface WorstMiss {
  readonly campaign: string;
  readonly kind: Campaign['kind'];
  /** False: missed. True: all were found, and this one only just. */
  readonly found: boolean;
  readonly users: readonly string[];
  /** Its best day, the score there and the line it was held against. */
  readonly day: string;
  readonly surprise: number;
  readonly line: number;
  readonly why: string;
}

interface Best {
  readonly day: string;
  readonly surprise: number;
  readonly line: number;
  readonly newRows: number;
}

/** The campaign that came out worst, and why: the honest line of a demo. */
export function worstMiss(campaigns: readonly Campaign[], days: readonly Scored[], queue: ReadonlyArray<{ readonly day: string; readonly entity: string }>): WorstMiss | null {
  const judged = campaigns.map((campaign) => ({ campaign, best: bestOf(campaign, days), found: isFound(campaign, queue) }));
  const [worst] = judged.sort((a, b) => Number(a.found) - Number(b.found) || a.best.surprise - a.best.line - (b.best.surprise - b.best.line));
  if (!worst) return null;
  const { campaign, best, found } = worst;
  const { day, surprise, line } = best;
  return { campaign: campaign.name, kind: campaign.kind, found, users: [...new Set(campaign.rows.map(({ user }) => user))], day, surprise, line, why: why(campaign, best, found) };
}

function bestOf({ rows }: Campaign, days: readonly Scored[]): Best {
  let best: Best = { day: rows[0]?.day ?? '', surprise: 0, line: 0, newRows: 0 };
  for (const { score } of days) {
    const day = isoDay(score.day);
    const own = rows.filter((row) => row.day === day);
    if (own.length === 0) continue;
    const drafts = score.drafts.filter(({ entity }) => own.some(({ user, sourceHost }) => entity === user || entity === sourceHost));
    const surprise = Math.max(0, ...drafts.map((draft) => draft.score));
    const pairs = new Set(own.map(({ user, resource }) => `${user}\0${resource}`));
    const newRows = score.candidates.rows.reduce((sum, row) => sum + Number(pairs.has(`${score.history.user(row)}\0${score.history.resource(row)}`)), 0);
    if (best.line === 0 || surprise - score.line > best.surprise - best.line) best = { day, surprise, line: score.line, newRows };
  }
  return best;
}

const methods: Readonly<Record<Campaign['kind'], string>> = {
  insider: 'one neighbouring share a day, which colleagues of the account open too: to a scorer of accesses that is hardly odd',
  sweep: 'many shares of one department on one day',
  'fan-out': 'a few shares with each of several borrowed accounts',
};

function why({ kind, rows }: Campaign, { surprise, line, newRows }: Best, found: boolean): string {
  const known = rows.length - new Set(rows.map(({ user, resource }) => `${user}\0${resource}`)).size;
  const place = found || surprise < line ? '' : ', but the budget went to odder ones';
  const score = `on its best day its ${newRows} new ${newRows === 1 ? 'access' : 'accesses'} scored ${surprise.toFixed(1)} against a line of ${line.toFixed(1)}${place}`;
  return `${found ? 'found, but only just' : 'missed'}: ${methods[kind]}; ${score}${known > 0 ? `, and ${known} of its ${rows.length} accesses repeat earlier ones` : ''}`;
}
