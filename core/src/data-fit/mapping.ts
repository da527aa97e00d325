import { z } from 'zod';
import type { Columns } from '../contracts/columns.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Relation } from '../contracts/engine.ts';
import { planColumns } from '../engine/index.ts';
import { asView } from './query.ts';
import type { ViewDefinition } from '../contracts/view.ts';

/** Column of the algorithm → path in the data. */
export type Mapping = ReadonlyMap<string, string>;

/** Reads `user=Account` texts. Throws USAGE_INVALID for what is no mapping, an unknown column and one mapped twice. */
export function parseMapping(texts: readonly string[], input: Columns): Mapping {
  const mapping = new Map<string, string>();
  const refuse = (says: string): ByomlError => new ByomlError('USAGE_INVALID', `--map: ${says}`, { details: { columns: Object.keys(input) } });
  for (const text of texts) {
    const [, column, path] = /^([^=]+)=(.+)$/su.exec(text) ?? [];
    if (column === undefined || path === undefined) throw refuse(`expected column=path, received "${text}"`);
    if (!Object.hasOwn(input, column)) throw refuse(`the algorithm reads no column "${column}"; it reads ${Object.keys(input).join(', ')}`);
    if (mapping.has(column)) throw refuse(`"${column}" is given twice`);
    mapping.set(column, path);
  }
  return mapping;
}

const plain = ['text', 'number', 'integer'];

/** At most `limit` rows with the input columns that the data has, from where the mapping says, as text that a later `project` parses. */
export function inputView(relation: Relation, input: Columns, mapping: Mapping, limit: number): ViewDefinition {
  const types = new Map(relation.columns.map(({ name, type }) => [name, type]));
  const used = planColumns(input).map((column) => ({ ...column, path: mapping.get(column.name) ?? column.name }));
  // A number of days or milliseconds is no text of a day: such a column keeps its type.
  const cell = ({ path, type, schema }: (typeof used)[number]): z.ZodType => (types.get(path) === 'number' && !plain.includes(type) ? schema.optional() : z.string().optional());
  return asView({
    columns: Object.fromEntries(used.map((column) => [column.path, cell(column)])),
    output: Object.fromEntries(used.map((column) => [column.name, cell(column)])),
    sql: (d) => `SELECT ${used.map(({ name, path }) => `${d.ident(path)} AS ${d.ident(name)}`).join(', ')} FROM source LIMIT ${limit}`,
  });
}
