import { basename } from 'node:path';
import { ByomlError, type FileFormat, z } from '@byoml/core';

export const formatSetting = z.enum(['jsonl', 'csv', 'parquet']).optional().describe('Format of the file; told from its name when absent');

const endings: ReadonlyArray<readonly [string, FileFormat]> = [['.csv', 'csv'], ['.jsonl', 'jsonl'], ['.parquet', 'parquet'], ['.csv.gz', 'csv'], ['.jsonl.gz', 'jsonl']];

/** The format that a file's name tells. */
export function formatOf(path: string): FileFormat {
  const name = basename(path).toLowerCase();
  const known = endings.find(([ending]) => name.endsWith(ending));
  if (!known) throw new ByomlError('FORMAT_UNKNOWN', `${path}: the name does not end in .csv, .csv.gz, .jsonl, .jsonl.gz or .parquet`, { details: { file: path } });
  return known[1];
}
