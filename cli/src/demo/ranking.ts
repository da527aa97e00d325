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
}

interface Wanted {
  readonly model: string;
  readonly data: readonly string[];
  /** The scored file, JSON Lines. */
  readonly scored: string;
  readonly top: number;
}

/** The oddest new accesses of a scored file, rarest first, each with its sentence. */
export async function rank(session: Session, { model, data, scored, top }: Wanted): Promise<Ranked[]> {
  const lines = (await readFile(scored, 'utf8')).trimEnd().split('\n');
  const rows = lines.map((line, at) => ({ ...scoredRow.parse(JSON.parse(line)), row: at + 1 }));
  const odd = rows.filter(({ status }) => status !== 'known').sort((a, b) => (a.pValue ?? 0) - (b.pValue ?? 0) || b.surprise - a.surprise || a.row - b.row);
  const best = odd.slice(0, top);
  const explained = await explainRows(session, { model, data, rows: best.map(({ row }) => row) });
  return best.map(({ user, resource, surprise, pValue, status }, at) => ({ rank: at + 1, user, resource, surprise, pValue, status, sentence: explained[at]?.explanation.sentence ?? '' }));
}
