import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Session } from '../ad-hoc/session.ts';
import { directoryColumns } from '../contracts/access.ts';
import { answer, texts } from './query.ts';
import { openAll, openSource, type OpenedSource } from './source.ts';
import { textOf } from './check.ts';

const fileName = 'people.csv';
const key = 'user';

/** A table of people that lies beside the data. */
export interface People {
  readonly path: string;
  /** Those of manager, team, department and title that it has. */
  readonly columns: readonly string[];
  /** How many of the data's users it knows. */
  readonly known: number;
}

/** Finds `people.csv` beside or in the path of a source; null when there is none, or none with a column `user` and something about them. */
export async function peopleBeside(session: Session, { settings }: OpenedSource, users: () => Promise<readonly string[]>): Promise<People | null> {
  const path = textOf(settings['path']);
  if (path === undefined) return null;
  for (const folder of [dirname(path), path]) {
    const file = join(folder, fileName);
    if ((await stat(file).catch(() => undefined))?.isFile()) return peopleIn(session, file, users);
  }
  return null;
}

async function peopleIn(session: Session, path: string, users: () => Promise<readonly string[]>): Promise<People | null> {
  const { relation } = await openAll(session, await openSource(session, { source: path, set: [] }));
  const names = relation.columns.map(({ name }) => name);
  const columns = Object.keys(directoryColumns).filter((name) => names.includes(name));
  if (!names.includes(key) || columns.length === 0) return null;
  const rows = await answer(relation, { columns: texts([key]), output: { user: z.string().optional() }, sql: (d) => `SELECT DISTINCT ${d.ident(key)} FROM source` }, session.run);
  const listed = new Set(rows.map(({ user }) => user));
  return { path, columns, known: (await users()).filter((user) => listed.has(user)).length };
}
