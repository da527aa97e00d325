import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Batches, Column, Columns } from '../contracts/columns.ts';
import type { Scan, ScanFile } from '../contracts/data-source.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import type { Dialect, Predicate, ViewDefinition } from '../contracts/view.ts';
import type { Session } from '../ad-hoc/session.ts';
import { suggestions } from '../data-fit/suggest.ts';
import { isText, type StoredColumns } from '../detection/table/pick.ts';
import { isUnreadable, readLeavingOut, type Known } from './left-out.ts';
import type { Plan } from './plan.ts';
import { spanWindow, type DayRows } from './rows.ts';
import { touches } from './watermarks.ts';

type Files = Scan & { readonly kind: 'files' };

interface Looking {
  readonly session: Session;
  readonly plan: Plan;
  readonly known: Known;
  readonly run: Run;
}

interface Seeking extends Looking {
  readonly view: ViewDefinition;
}

/** What a day's rows were when it was scored before. */
interface Before {
  readonly day: number | null;
  readonly funnel: { readonly read: number };
}

/**
 * Files that brought something for a day although no row of it is from then: what an hour without a matching record looks like, and an hour
 * whose records name a column differently. Costs nothing where rows came.
 */
export function filesWithoutRows(rows: DayRows, day: number, marks: Known['marks'], last: Before | null): readonly ScanFile[] {
  const fresh = rows.files.filter((file) => touches(file, day)).flatMap((file) => newPart(file, marks));
  if (fresh.length === 0 || marks.size === 0) return [];
  if (last?.day === day && (rows.records.get(day) ?? 0) <= last.funnel.read) return fresh;
  const lastSeen = latest(rows, day);
  return lastSeen === null ? [] : fresh.filter(({ span }) => span && span.from.getTime() > lastSeen);
}

/** The file from where it was read to, if it has more: of JSON Lines the new lines alone. */
export function newPart(file: ScanFile, marks: Known['marks']): readonly ScanFile[] {
  const { url, bytes, offset = 0 } = file;
  const read = Math.max(marks.get(url)?.bytes ?? 0, offset);
  if (offset + bytes <= read) return [];
  return url.endsWith('.json') || url.endsWith('.jsonl') ? [{ ...file, offset: read, bytes: offset + bytes - read }] : [file];
}

/** Time of the last access of the day; null where rows have no time, −∞ where there are none. */
function latest({ days, lastSeen }: DayRows, day: number): number | null {
  if (lastSeen === null) return days.includes(day) ? null : -Infinity;
  let found = -Infinity;
  for (let row = 0; row < days.length; row++) if (days[row] === day && (lastSeen[row] as number) > found) found = lastSeen[row] as number;
  return found;
}

/** Days back that earlier records are looked for, and how many files of them are enough. */
const daysBack = 7;
const mostFiles = 100;

/**
 * Throws COLUMNS_MISSING when records of new files lack, all of them, a column that the view reads and that earlier ones had, or hold
 * another type there. A file without a record that the view's predicates let through says nothing, as long as it has their columns.
 */
export async function assertColumnsStay(looking: Looking, { form }: Pick<DayRows, 'form'>, fresh: readonly ScanFile[], day: number): Promise<void> {
  const { plan: { source, view }, known, run } = looking;
  if (!view || !form || fresh.length === 0) return;
  const seeking = { ...looking, view: view.definition };
  const now = await look(seeking, { ...form, files: fresh }).catch((thrown: unknown) => {
    // A line that the view's predicates skip may be anything.
    if (isUnreadable(thrown)) return null;
    throw thrown;
  });
  if (!now || !isSuspect(now)) return;
  const scan = await source.scan(spanWindow({ from: day - daysBack, to: day + 1 }), { ...run, progress: () => {} });
  if (scan.kind !== 'files') return;
  const news = new Set(fresh.map(({ url }) => url));
  const earlier = scan.files.filter(({ url, version, bytes }) => bytes > 0 && !news.has(url) && known.marks.get(url)?.version === version)
    .toSorted((a, b) => (a.span?.from.getTime() ?? 0) - (b.span?.from.getTime() ?? 0)).slice(-mostFiles);
  if (earlier.length === 0) return;
  const before = await look(seeking, { ...scan, files: earlier });
  const changes = changesBetween(before, now);
  if (changes.length > 0) throw await changed(seeking, { ...scan, files: fresh }, before, now, changes);
}

/** What the records of some files hold. */
interface Looked {
  readonly records: number;
  /** Of them, those that the predicates let through. */
  readonly passing: number;
  /** Records that a predicate finds any of its columns in, one count per predicate. */
  readonly predicates: readonly number[];
  /** Path → passing records that have it, and how many of them hold a number there. */
  readonly paths: ReadonlyMap<string, { readonly filled: number; readonly numeric: number }>;
  readonly where: readonly Predicate[];
  /** Names of the files' columns. */
  readonly names: readonly string[];
}

const isSuspect = ({ records, passing, predicates, paths }: Looked): boolean =>
  records > 0 && (predicates.includes(0) || (passing > 0 && [...paths.values()].some(({ filled, numeric }) => filled === 0 || numeric === 0 || numeric === filled)));

async function look({ session, plan: { detection }, view, known, run }: Seeking, scan: Files): Promise<Looked> {
  const { table, columns, where } = view;
  const paths = [...new Set([...Object.keys(columns as Columns), ...where.flatMap((predicate) => predicate.columns)])];
  const quiet: Run = { ...run, progress: () => {} };
  const { result } = await readLeavingOut(scan, known, async (part) => {
    const raw = await (await session.engine(detection.engine)).open(part, quiet);
    const counted = await raw.view(countingView(table, paths, where), {}, quiet);
    return { numbers: await firstRow(counted.batches(quiet)), names: raw.columns.map(({ name }) => name) };
  });
  const { numbers, names } = result;
  return {
    records: numbers('records'), passing: numbers('passing'), predicates: where.map((_, i) => numbers(`g${i}`)), where, names,
    paths: new Map(paths.map((path, i) => [path, { filled: numbers(`f${i}`), numeric: numbers(`n${i}`) }])),
  };
}

async function firstRow(batches: Batches): Promise<(name: string) => number> {
  for await (const { columns, length } of batches) {
    if (length === 0) continue;
    return (name) => {
      const column = (columns as StoredColumns)[name] as Column<number> | undefined;
      return column && !isText(column) ? Number(column.at(0) ?? 0) : 0;
    };
  }
  return () => 0;
}

/** One row that counts records, and among those that the predicates let through the ones that have each path. */
function countingView(table: string, paths: readonly string[], where: readonly Predicate[]): ViewDefinition {
  const names = ['records', 'passing', ...where.map((_, i) => `g${i}`), ...paths.flatMap((_, i) => [`f${i}`, `n${i}`])];
  return {
    id: 'columns-there', summary: 'Which of the columns that a view reads are there', settings: z.strictObject({}), table, where: [],
    columns: Object.fromEntries(paths.map((path) => [path, z.string().optional()])),
    output: Object.fromEntries(names.map((name) => [name, z.number()])),
    sql(d) {
      const text = (path: string): string => `NULLIF(${d.ident(path)}, '')`;
      const found = ({ columns }: Predicate): string => `COALESCE(${columns.map(text).join(', ')}, NULL)`;
      const passes = where.map((predicate) => `COALESCE(${found(predicate)} IN (${predicate.in.map((value) => d.literal(value)).join(', ')}), FALSE)`).join(' AND ') || 'TRUE';
      const counts = [
        ['records', 'COUNT(*)'], ['passing', `COUNT(CASE WHEN ${passes} THEN 1 END)`], ...where.map((predicate, i) => [`g${i}`, `COUNT(${found(predicate)})`]),
        ...paths.flatMap((path, i) => [[`f${i}`, `COUNT(CASE WHEN ${passes} THEN ${text(path)} END)`], [`n${i}`, `COUNT(CASE WHEN ${passes} AND ${isNumber(d, text(path))} THEN 1 END)`]]),
      ];
      return `SELECT ${counts.map(([name = '', count]) => `${count} AS ${d.ident(name)}`).join(', ')} FROM source`;
    },
  } satisfies ViewDefinition as ViewDefinition;
}

const isNumber = (d: Dialect, text: string): string => `COALESCE(${d.matches(text, '^-?[0-9]+([.][0-9]+)?$')}, FALSE)`;

interface Change {
  readonly column: string;
  readonly what: 'gone' | 'number' | 'text';
  /** Earlier records that had it, or held the other type, of how many. */
  readonly had: number;
  readonly of: number;
}

/** A column that fewer records had is one that hours may well lack. */
const leastShare = 0.9;
const mostChance = 1e-4;

/** Whether what nearly all earlier records had cannot be missing from so many new ones by chance. */
const isSure = (had: number, of: number, among: number): boolean => of > 0 && had >= leastShare * of && (1 - had / (of + 1)) ** among <= mostChance;

function changesBetween(before: Looked, now: Looked): readonly Change[] {
  const lost = now.where.flatMap(({ columns }, i): Change[] => {
    const had = before.predicates[i] ?? 0;
    if (now.predicates[i] !== 0 || !isSure(had, before.records, now.records)) return [];
    const read = columns.filter((column) => (before.paths.get(column)?.filled ?? 0) > 0);
    return read.map((column) => ({ column, what: 'gone', had, of: before.records }));
  });
  if (lost.length > 0) return lost;
  return [...now.paths].flatMap(([column, { filled, numeric }]): Change[] => {
    const then = before.paths.get(column) ?? { filled: 0, numeric: 0 };
    if (filled === 0) return isSure(then.filled, before.passing, now.passing) ? [{ column, what: 'gone', had: then.filled, of: before.passing }] : [];
    if (numeric === filled && isSure(then.filled - then.numeric, then.filled, filled)) return [{ column, what: 'number', had: then.filled - then.numeric, of: then.filled }];
    return numeric === 0 && isSure(then.numeric, then.filled, filled) ? [{ column, what: 'text', had: then.numeric, of: then.filled }] : [];
  });
}

/** New columns that are named. */
const shown = 8;

async function changed(seeking: Seeking, fresh: Files, before: Looked, now: Looked, changes: readonly Change[]): Promise<ByomlError> {
  const { view, plan: { detection } } = seeking;
  const first = await firstChanged(seeking, fresh, changes);
  const appeared = now.names.filter((name) => !before.names.includes(name));
  const suggested = Object.fromEntries(changes.flatMap(({ column, what }) => {
    const best = what === 'gone' ? suggestions(column, appeared)[0] : undefined;
    return best === undefined ? [] : [[column, best]];
  }));
  const since = first.span?.from.toISOString() ?? null;
  const file = first.label ?? basename(fileURLToPath(first.url));
  // The names are those of some records: worth a look only where nothing else is known.
  const isPuzzling = changes.some(({ column, what }) => what === 'gone' && suggested[column] === undefined);
  const others = isPuzzling ? appeared.filter((name) => !now.paths.has(name) && !Object.values(suggested).includes(name)) : [];
  const told = changes.map(({ column, what, had, of }) => `"${column}" ${what === 'gone' ? `is gone (${had} of ${of} records before had it${suggested[column] === undefined ? '' : `; "${suggested[column]}" has appeared`})` : `holds a ${what} now`}`);
  const advice = Object.entries(suggested).map(([column, name]) => `let the view read "${name}" where it reads "${column}"`).join(', ') || 'let the view read what has taken its place';
  return new ByomlError('COLUMNS_MISSING', `${detection.name}: the records of ${view.table} changed${since === null ? '' : ` at ${since}`}, in ${file}: ${told.join(', ')}${others.length === 0 ? '' : `; new ${others.length === 1 ? 'is' : 'are'} ${others.slice(0, shown).map((name) => `"${name}"`).join(', ')}`}. Nothing was recorded; ${advice}, beside the old one while older files are needed, and the next run scores all days since`, {
    details: { detection: detection.name, missing: changes.map(({ column }) => column), changes, since, file, appeared, suggested },
  });
}

/** The first of the files whose records are as all of them are. */
async function firstChanged(seeking: Seeking, fresh: Files, changes: readonly Change[]): Promise<ScanFile> {
  for (const file of fresh.files) {
    const { records, passing, predicates, paths, where } = await look(seeking, { ...fresh, files: [file] });
    const isGone = (column: string): boolean => where.some(({ columns }, i) => records > 0 && predicates[i] === 0 && columns.includes(column)) || (passing > 0 && paths.get(column)?.filled === 0);
    if (changes.some(({ column, what }) => (what === 'gone' ? isGone(column) : passing > 0))) return file;
  }
  return fresh.files[0] as ScanFile;
}
