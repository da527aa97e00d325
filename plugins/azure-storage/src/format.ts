import { ByomlError, type FileFormat } from '@byoml/core';

const endings: ReadonlyArray<readonly [string, FileFormat]> = [['.csv', 'csv'], ['.jsonl', 'jsonl'], ['.parquet', 'parquet'], ['.csv.gz', 'csv'], ['.jsonl.gz', 'jsonl']];

/** The format that a blob's name tells. */
const toldBy = (name: string): FileFormat | undefined => endings.find(([ending]) => name.toLowerCase().endsWith(ending))?.[1];

/** Spark and others leave marks like `_SUCCESS` beside their data. */
const isMark = (name: string): boolean => /^[._]/u.test(name.split('/').at(-1) ?? '');

/** Blobs that hold data of one format, and that format. Throws FORMAT_UNKNOWN when there are several, or none that a name tells. */
export function ofOneFormat<T extends { readonly blob: { readonly name: string; readonly bytes: number } }>(found: readonly T[], chosen: FileFormat | undefined, where: string): { readonly format: FileFormat; readonly blobs: readonly T[] } {
  const data = found.filter(({ blob: { name, bytes } }) => bytes > 0 && !isMark(name));
  // What was chosen goes for names that tell nothing, such as PT1H.json.
  const blobs = data.filter(({ blob: { name } }) => (chosen === undefined ? toldBy(name) !== undefined : (toldBy(name) ?? chosen) === chosen));
  if (chosen !== undefined) return { format: chosen, blobs };
  const [format, other] = [...new Set(blobs.map(({ blob: { name } }) => toldBy(name)))];
  if (other) throw new ByomlError('FORMAT_UNKNOWN', `${where}: blobs of one table have one format, but these are ${format} and ${other}; choose one with the setting "format"`, { details: { where } });
  if (!format && data.length > 0) throw new ByomlError('FORMAT_UNKNOWN', `${where}: no name ends in .csv, .csv.gz, .jsonl, .jsonl.gz or .parquet; say what it is with the setting "format"`, { details: { where } });
  return { format: format ?? 'jsonl', blobs };
}

/** How the file of a copy is named, for the engine to know what is compressed. */
export const endingOf = (name: string, format: FileFormat): string => `.${format}${format !== 'parquet' && name.toLowerCase().endsWith('.gz') ? '.gz' : ''}`;
