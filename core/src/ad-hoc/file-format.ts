import type { FileFormat } from '../contracts/data-source.ts';
import { ByomlError } from '../contracts/errors.ts';

const formats: ReadonlyArray<readonly [RegExp, FileFormat]> = [
  [/\.csv(\.gz)?$/i, 'csv'],
  [/\.(jsonl|ndjson|json)(\.gz)?$/i, 'jsonl'],
  [/\.parquet$/i, 'parquet'],
];

/** The format that a file's name promises; throws FORMAT_UNKNOWN. */
export function fileFormat(path: string): FileFormat {
  const found = formats.find(([pattern]) => pattern.test(path));
  if (found) return found[1];
  throw new ByomlError('FORMAT_UNKNOWN', `${path}: the name does not end in .csv, .jsonl, .parquet, .csv.gz or .jsonl.gz`, { details: { path } });
}
