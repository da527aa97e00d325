import { readFile } from 'node:fs/promises';
import { explainRows, type Session } from '@byoml/core/ad-hoc';
import { z } from '@byoml/core';

const scoredRow = z.looseObject({ user: z.string(), resource: z.string(), surprise: z.number(), pValue: z.number().nullable(), status: z.string() });

/** One line of a ranked list. */
export interface Ranked {
  readonly rank: number;
  readonly user: string;
  readonly resource: string;
  readonly surprise: number;
  readonly pValue: number | null;
  readonly status: string;
  readonly sentence: string;
  /** Other resources of the same user that are as odd in the same way. */
  readonly alike: readonly string[];
}

interface Wanted {
  readonly model: string;
  readonly data: readonly string[];
  /** The scored file, JSON Lines. */
  readonly scored: string;
  readonly top: number;
}

type ScoredRow = z.output<typeof scoredRow> & { readonly row: number };

/** The oddest new accesses of a scored file, rarest first, each with its sentence; a user's accesses that tie are one line. */
export async function rank(session: Session, { model, data, scored, top }: Wanted): Promise<Ranked[]> {
  const best = ties(oddest(await readFile(scored, 'utf8'))).slice(0, top);
  const explained = await explainRows(session, { model, data, rows: best.map(([{ row }]) => row) });
  return best.map(([{ user, resource, surprise, pValue, status }, ...others], at) => ({
    rank: at + 1, user, resource, surprise, pValue, status, sentence: explained[at]?.explanation.sentence ?? '', alike: others.map((other) => other.resource),
  }));
}

function oddest(text: string): ScoredRow[] {
  const rows = text.trimEnd().split('\n').map((line, at) => ({ ...scoredRow.parse(JSON.parse(line)), row: at + 1 }));
  return rows.filter(({ status }) => status !== 'known').sort((a, b) => (a.pValue ?? 0) - (b.pValue ?? 0) || b.surprise - a.surprise || a.row - b.row);
}

function ties(rows: readonly ScoredRow[]): Array<readonly [ScoredRow, ...ScoredRow[]]> {
  const groups = new Map<string, [ScoredRow, ...ScoredRow[]]>();
  for (const row of rows) {
    const key = JSON.stringify([row.user, row.status, row.pValue]);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()];
}
