import { open } from 'node:fs/promises';
import { ByomlError } from '@byoml/core';
import { literal } from './dialect.ts';
import { lineTooLong, longestLine } from './long-lines.ts';
import type { StagedFile } from './staged-file.ts';
import type { Field, Table } from './table.ts';

interface Header {
  readonly delimiter: string;
  readonly names: readonly string[];
}

interface Headed extends Header {
  readonly paths: readonly string[];
}

/** CSV files as text columns, so that cells nobody computes with are written back as they were. */
export async function csvTable(name: string, files: readonly StagedFile[]): Promise<Table> {
  const groups: Headed[] = [];
  for (const file of files) {
    const header = await readHeader(file);
    if (header) join(groups, header, file.path);
  }
  const names = [...new Set(groups.flatMap((group) => group.names))];
  const fields = names.map((column, i): Field => ({ name: column, column: `c${i}`, stored: 'VARCHAR', type: 'text' }));
  if (groups.length === 0) return { name, from: 'SELECT 1 AS c0 WHERE false', fields: [], empty: true };
  return { name, fields, from: groups.map((group) => select(group, names)).join(' UNION ALL ') };
}

/** Neighbours with the same header are read together; others are matched by name. */
function join(groups: Headed[], header: Header, path: string): void {
  const last = groups.at(-1);
  if (last && last.delimiter === header.delimiter && JSON.stringify(last.names) === JSON.stringify(header.names)) groups[groups.length - 1] = { ...last, paths: [...last.paths, path] };
  else groups.push({ ...header, paths: [path] });
}

function select({ delimiter, names, paths }: Headed, all: readonly string[]): string {
  const columns = names.map((_, i) => `'f${i}': 'VARCHAR'`).join(', ');
  const cells = all.map((name, i) => (names.includes(name) ? `f${names.indexOf(name)} AS c${i}` : `CAST(NULL AS VARCHAR) AS c${i}`));
  const options = `auto_detect = false, delim = ${literal(delimiter)}, quote = '"', escape = '"', header = true, hive_partitioning = false, max_line_size = ${longestLine}, columns = {${columns}}`;
  return `SELECT ${cells.join(', ')} FROM read_csv([${paths.map(literal).join(', ')}], ${options})`;
}

async function readHeader(staged: StagedFile): Promise<Header | undefined> {
  const line = await firstRecord(staged);
  if (line.trim() === '') return undefined;
  const delimiter = [',', '\t', ';'].find((candidate) => line.includes(candidate)) ?? ',';
  const names = cells(line, delimiter);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new ByomlError('FILE_CORRUPT', `${staged.name}: line 1 names the column "${twice}" twice`, { details: { file: staged.origin, line: 1 } });
  return { delimiter, names };
}

/** The first record with its quotes: a quoted name may hold line breaks. */
async function firstRecord(staged: StagedFile): Promise<string> {
  await using file = await open(staged.path);
  const head = Buffer.alloc(longestLine);
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  const text = head.subarray(0, bytesRead);
  let quotes = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === 0x22) quotes = !quotes;
    if (!quotes && (text[i] === 0x0a || text[i] === 0x0d)) return decode(text.subarray(0, i));
  }
  if (bytesRead === head.length) throw lineTooLong(staged, 1);
  return decode(text);
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function cells(line: string, delimiter: string): readonly string[] {
  const found: string[] = [];
  let cell = '';
  let quotes = false;
  for (let i = 0; i < line.length; i++) {
    const char = line[i] as string;
    if (char === '"' && quotes && line[i + 1] === '"') cell += line[++i];
    else if (char === '"') quotes = !quotes;
    else if (char === delimiter && !quotes) cell = (found.push(cell), '');
    else cell += char;
  }
  return [...found, cell];
}
