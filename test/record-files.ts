import { writeFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { randomFrom } from '@byoml/core/random';

/** A record of SecurityEvent; what it lacks is not there. */
export type SecurityRecord = Readonly<Record<string, string | number>>;

export const jsonLines = (records: readonly SecurityRecord[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** The records in an order that tells nothing. */
export function shuffled<T>(records: readonly T[]): T[] {
  const [random, left] = [randomFrom(20), [...records]];
  for (let i = left.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [left[i], left[j]] = [left[j] as T, left[i] as T];
  }
  return left;
}

/** Every column that some record has, in the order in which they come up. */
const columnsOf = (records: readonly SecurityRecord[]): string[] => [...new Set(records.flatMap((record) => Object.keys(record)))];

const cell = (value: string | number | undefined): string => (value === undefined ? '' : `"${String(value).replaceAll('"', '""')}"`);

/** A table as a spreadsheet has it: every cell text, quotes and line breaks in some. */
export function writeCsv(path: string, records: readonly SecurityRecord[]): void {
  const columns = columnsOf(records);
  writeFileSync(path, [columns.join(','), ...records.map((record) => columns.map((column) => cell(record[column])).join(','))].join('\r\n'));
}

/** Types as an export job gives them: numbers are numbers, times are times, a column that a record lacks is NULL. */
const typed = (jsonl: string): string =>
  `SELECT * REPLACE (CAST(CAST(TimeGenerated AS TIMESTAMPTZ) AS TIMESTAMP) AS TimeGenerated) FROM read_json('${jsonl}', format = 'newline_delimited', sample_size = -1)`;

async function copied(sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    await connection.run(sql);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The records of a file of JSON Lines as a Parquet file. */
export const writeParquet = (path: string, jsonl: string): Promise<void> => copied(`COPY (${typed(jsonl)}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 4096)`);

/** The records of a file of JSON Lines as Parquet files in folders `timestamp=2026-01-05T09`, an hour each. */
export const writeHourlyParquet = (folder: string, jsonl: string): Promise<void> =>
  copied(`COPY (SELECT *, strftime(TimeGenerated, '%Y-%m-%dT%H') AS timestamp FROM (${typed(jsonl)})) TO '${folder}' (FORMAT parquet, PARTITION_BY (timestamp))`);
