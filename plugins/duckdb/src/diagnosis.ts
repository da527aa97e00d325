import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { ByomlError, type ErrorCode, type FileFormat } from '@byoml/core';
import { firstLine } from './failure.ts';
import { lineTooLong, longestLine } from './long-lines.ts';
import type { NamedFile, StagedFile } from './staged-file.ts';

const aboutContent: Readonly<Record<FileFormat, RegExp>> = {
  jsonl: /Malformed JSON|JSON transform error|maximum_object_size|a record is not an object/u,
  csv: /CSV Error|CSV Parser|Maximum line size/u,
  parquet: /^(?:Invalid Input|Invalid|IO|Serialization|Not implemented) Error|^TProtocolException/u,
};
const gone = /^IO Error: (?:No files found|Cannot open file|Could not)/u;

/** What is wrong with the files, when DuckDB could not read one: their lines are looked through once more, so that the message names the line. */
export async function diagnose(error: Error, files: readonly StagedFile[], format: FileFormat, signal: AbortSignal): Promise<Error> {
  const named = blamed(error.message, files);
  const file = named ?? files[0];
  if (!file) return error;
  if (gone.test(error.message)) return new ByomlError('FILE_MISSING', `${file.name} cannot be read`, { details: { file: file.origin }, cause: error });
  if (!aboutContent[format].test(error.message)) return error;
  if (format === 'parquet') return corruptOf(named, files, `not a whole Parquet file: ${reason(error.message)}`, error);
  const found = await badFiles(format === 'csv' && named ? [named] : files, format, signal);
  if (found) return found;
  if (format === 'csv' && (named || files.length === 1)) return csvFailure(error, file);
  return corruptOf(named, files, reason(error.message), error);
}

/** The file that DuckDB's message names; what quotes its SQL comes behind the first line. */
const blamed = (message: string, files: readonly StagedFile[]): StagedFile | undefined =>
  files.find(({ path }) => message.includes(`"${path}"`) || firstLine(message).includes(`'${path}'`) || message.includes(`file = ${path}\n`)) ?? (files.length === 1 ? files[0] : undefined);

/** Of several files none is blamed that nothing points at: the error then names no file. */
const corruptOf = (named: StagedFile | undefined, files: readonly StagedFile[], what: string, cause: unknown): ByomlError =>
  named ? corrupt(named, what, undefined, cause) : new ByomlError('FILE_CORRUPT', `one of ${files.length} files, ${files[0]?.name} and others: ${what}`, { cause });

const reason = (message: string): string => firstLine(message).replace(/^[\w ]*Error: /u, '');

function corrupt({ origin, name }: NamedFile, what: string, line: number | undefined, cause: unknown): ByomlError {
  const place = line === undefined ? name : `${name}: line ${line}`;
  return new ByomlError('FILE_CORRUPT', `${place}: ${what}`, { details: { file: origin, ...(line === undefined ? {} : { line }) }, cause });
}

const columnCount = /Expected Number of Columns: (?<expected>\d+) Found: (?<found>\d+)/u;

function csvFailure(error: Error, file: StagedFile): ByomlError {
  const line = Number(/CSV Error on Line: (\d+)/u.exec(error.message)?.[1] ?? Number.NaN);
  const known = Number.isNaN(line) ? undefined : line;
  const counts = columnCount.exec(error.message)?.groups;
  if (/Maximum line size/u.test(error.message)) return lineTooLong(file, known ?? 1);
  if (counts) return corrupt(file, `expected ${counts['expected']} cells, found ${counts['found']}`, known, error);
  if (/unterminated quote|quote/iu.test(error.message) && known !== undefined) return corrupt(file, 'a quoted cell does not end', known, error);
  return corrupt(file, known === undefined ? 'its quotes or line ends are mixed, so it is no CSV' : 'cannot be read as CSV', known, error);
}

/** As many are looked for as anybody goes on without. */
const mostFound = 32;

/** The first bad line of the first file that has one; its details name the `others` that have one too, so that nobody needs to read everything once per file. */
async function badFiles(files: readonly StagedFile[], format: FileFormat, signal: AbortSignal): Promise<ByomlError | undefined> {
  const found: ByomlError[] = [];
  for (const file of files) {
    const bad = await firstBadLine(file, format, signal);
    if (bad) found.push(bad);
    if (found.length === mostFound) break;
  }
  const [first, ...others] = found;
  if (!first || others.length === 0) return first;
  const named = others.map(({ code, message, details }) => ({ code, message, file: details['file'] }));
  return new ByomlError(first.code, first.message, { details: { ...first.details, others: named }, cause: first.cause });
}

/** The first line that is too long, not UTF-8, or (JSON Lines) not an object. */
async function firstBadLine(file: StagedFile, format: FileFormat, signal: AbortSignal): Promise<ByomlError | undefined> {
  let line = 0;
  for await (const bytes of lines(file.path, signal)) {
    line += 1;
    const found = badLine(file, bytes, line, format);
    if (found) return found;
  }
  return undefined;
}

function badLine(file: StagedFile, bytes: Buffer, line: number, format: FileFormat): ByomlError | undefined {
  const encoding = (what: string): ByomlError => failure('ENCODING_INVALID', file, line, what);
  if (line === 1 && bytes.length > 1 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))) return encoding('is UTF-16, not UTF-8');
  if (bytes.includes(0)) return encoding('holds a NUL byte');
  if (!isUtf8(bytes)) return encoding('is not UTF-8');
  if (format !== 'jsonl') return undefined;
  if (bytes.length > longestLine) return lineTooLong(file, line);
  const text = bytes.toString('utf8').trim();
  return text === '' ? undefined : badRecord(file, text, line);
}

function badRecord(file: NamedFile, text: string, line: number): ByomlError | undefined {
  try {
    const record: unknown = JSON.parse(text);
    if (typeof record === 'object' && record !== null && !Array.isArray(record)) return undefined;
    return failure('FILE_CORRUPT', file, line, 'is not a JSON object');
  } catch (error) {
    return corrupt(file, `is not JSON: ${(error as Error).message}`, line, error);
  }
}

const failure = (code: ErrorCode, { origin, name }: NamedFile, line: number, what: string): ByomlError =>
  new ByomlError(code, `${name}: line ${line} ${what}`, { details: { file: origin, line } });

/** The lines of a file without their line breaks; of a longer one than is read, the beginning. */
async function* lines(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const block of createReadStream(path, { signal, highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = block.indexOf(0x0a); at >= 0; at = block.indexOf(0x0a, from)) {
      yield rest.length === 0 ? block.subarray(from, at) : Buffer.concat([rest, block.subarray(from, at)]);
      rest = Buffer.alloc(0);
      from = at + 1;
    }
    if (rest.length <= longestLine) rest = Buffer.concat([rest, block.subarray(from)]);
  }
  if (rest.length > 0) yield rest;
}
