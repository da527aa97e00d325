import type { Relation } from '../contracts/engine.ts';
import type { Run } from '../contracts/run.ts';
import type { Predicate } from '../contracts/view.ts';
import { answer, texts } from './query.ts';

const looked = 500;
const deepest = 4;

/** Paths of the data that hold something in its first rows, those inside JSON too (`event_data.ShareName`), in their order. */
export async function pathsOf(relation: Relation, run: Run, where: readonly Predicate[] = []): Promise<readonly string[]> {
  const names = relation.columns.map(({ name }) => name);
  if (names.length === 0) return [];
  const columns = texts(names);
  const found = new Set<string>();
  const sample = await answer(relation, { columns, where, output: columns, sql: (d) => `SELECT ${names.map((name) => d.ident(name)).join(', ')} FROM source LIMIT ${looked}` }, run);
  for (const name of names) for (const row of sample) for (const path of pathsIn(name, row[name], 0)) found.add(path);
  return [...found];
}

function* pathsIn(path: string, cell: unknown, depth: number): Iterable<string> {
  if (cell === null || cell === undefined || cell === '') return;
  const inner = typeof cell === 'string' ? parsed(cell) : cell;
  if (typeof inner !== 'object' || inner === null) return void (yield path);
  if (depth >= deepest) return;
  if (Array.isArray(inner)) return void (yield* pathsIn(`${path}[0]`, inner[0], depth + 1));
  for (const [key, value] of Object.entries(inner)) yield* pathsIn(`${path}.${key}`, value, depth + 1);
}

function parsed(text: string): unknown {
  if (!/^\s*[[{]/u.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
