import { z } from 'zod';
import type { Session } from '../ad-hoc/session.ts';
import type { Relation } from '../contracts/engine.ts';
import { columnsMissing } from '../engine/index.ts';
import type { Plan } from '../workspace/index.ts';
import { textOf } from './check.ts';
import { answer, texts } from './query.ts';
import { openAll } from './source.ts';
import { rowColumns } from './view-rows.ts';

const joinable = ['user', 'resource', 'scope'];

/** What the tables that a detection joins know of the rows of its view, in sentences. Throws COLUMNS_MISSING for a table without its columns. */
export async function joinNotes(session: Session, { enrich, detection }: Plan, given: Relation | null): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const [i, { source, name: address, key, columns }] of enrich.entries()) {
    const name = textOf(detection.enrich[i]?.source.settings['path']) ?? address;
    const { relation } = await openAll(session, { source, name }, detection.engine);
    const names = relation.columns.map((column) => column.name);
    const missing = [key, ...columns].filter((column) => !names.includes(column));
    if (missing.length > 0) throw columnsMissing(`${name} that ${detection.name} joins`, missing, names);
    if (given === null || !joinable.includes(key)) continue;
    const [listed, wanted] = [await distinct(session, relation, key), await distinct(session, given, key, "part = 'quiet'")];
    const held = new Set(listed);
    const known = wanted.filter((value) => held.has(value)).length;
    notes.push(`${name} knows ${known.toLocaleString('en-US')} of ${wanted.length.toLocaleString('en-US')} distinct ${key}s: ${columns.join(', ')}`);
  }
  return notes;
}

async function distinct(session: Session, relation: Relation, name: string, where = 'true'): Promise<string[]> {
  const columns = where === 'true' ? texts([name]) : rowColumns;
  const found = await answer(relation, { columns, output: { value: z.string().optional() }, sql: (d) => `SELECT DISTINCT ${d.ident(name)} AS value FROM source WHERE ${where}` }, session.run);
  return found.flatMap(({ value }) => (value === undefined || value === null ? [] : [value]));
}
