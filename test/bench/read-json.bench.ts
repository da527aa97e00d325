import { readJson } from './read-json.ts';
import type { Figure } from './run.ts';

/** Reading export JSON Lines through source, engine and view, against DuckDB's own `read_json` of the same query. */
export async function measure(): Promise<Figure[]> {
  const { ratio, ratioWithoutRepeats } = await readJson();
  return [
    { name: "export JSON Lines → groups, 10 % kept: DuckDB's `read_json` time ÷ ours", value: ratio, unit: '×', limit: 0.9, keep: 'at least' },
    { name: 'the same, with DuckDB also dropping repeated records as we do', value: ratioWithoutRepeats, unit: '×', limit: 0.9, keep: 'at least' },
  ];
}
