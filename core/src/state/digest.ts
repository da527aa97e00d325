import { createHash, type Hash } from 'node:crypto';
import type { SQLOutputValue } from 'node:sqlite';
import type { Database } from './database.ts';

/**
 * Every table with its columns, but for times of the clock, durations and row ids, in an order that equal work gives again.
 * `names`, `alert_facts` and the counts follow from `alerts`.
 */
const digested: ReadonlyArray<readonly [table: string, without: readonly string[], order: string]> = [
  ['runs', ['at', 'seconds'], 'number'],
  ['alerts', ['id'], 'recordId, role'],
  ['alert_revisions', ['alert'], 'run, (select recordId || role from alerts where id = alert)'],
  ['incidents', ['number'], 'id'],
  ['evidence', ['id'], 'id'],
  ['guards', [], 'detection, scope, user, resource, since'],
  ['suppressed', [], 'detection, day, recordId'],
  ['watermarks', [], 'detection, url'],
  ['quarantine', ['at'], 'detection, url'],
  ['outbox', ['id'], 'id'],
  ['dead_letters', ['id', 'at'], 'detection, sink, address, recordId, revision'],
  ['models', ['at'], 'detection, version'],
  ['detections', [], 'detection, role'],
  ['calibration_days', [], 'generation, day'],
  ['calibration_scopes', [], 'generation, day, scope'],
  ['hosts', [], 'detection, scope, user, host'],
  ['audit', ['id', 'at'], 'id'],
];

const plain = (value: SQLOutputValue | undefined): unknown => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value);

function addTable(hash: Hash, database: Database, [table, without, order]: (typeof digested)[number]): void {
  const columns = database.all(`select name from pragma_table_info('${table}') order by cid`).map(({ name }) => String(name)).filter((name) => !without.includes(name));
  hash.update(`${JSON.stringify([table, columns])}\n`);
  for (const row of database.rows(`select ${columns.map((name) => `"${name}"`).join(', ')} from ${table} order by ${order}`)) {
    hash.update(`${JSON.stringify(columns.map((name) => plain(row[name])))}\n`);
  }
}

/** SHA-256 of all that runs have left behind: equal for equal work. */
export function digestOf(database: Database): string {
  const hash = createHash('sha256');
  for (const table of digested) addTable(hash, database, table);
  return hash.digest('hex');
}
