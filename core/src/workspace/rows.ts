import { accessViewColumns } from '../contracts/access.ts';
import { utcInstant } from '../contracts/cells.ts';
import type { Batch, Batches, Column, Columns } from '../contracts/columns.ts';
import type { Scan, ScanFile } from '../contracts/data-source.ts';
import type { Relation } from '../contracts/engine.ts';
import { ByomlError, isByomlError } from '../contracts/errors.ts';
import { numbers } from '../contracts/numbers.ts';
import type { Run } from '../contracts/run.ts';
import type { ChosenAlgorithm } from '../ad-hoc/algorithm.ts';
import type { Session } from '../ad-hoc/session.ts';
import { daysOf, noDay } from '../detection/table/days.ts';
import { pick, type StoredColumns } from '../detection/table/pick.ts';
import { readTable, type Table } from '../detection/table/table.ts';
import { enriched, type Unmatched } from './enrich.ts';
import { rowFilter } from './filter.ts';
import { nothingKnown, readLeavingOut, type Known, type LeftOut } from './left-out.ts';
import type { Plan } from './plan.ts';

/** UTC days, half-open. */
export interface DaySpan {
  readonly from: number;
  readonly to: number;
}

/** The rows of some days, held by column. Row i of every member is the same row. */
export interface DayRows {
  readonly span: DaySpan;
  /** What the algorithms read. */
  readonly table: Table;
  readonly days: Int32Array;
  /** Null where the data does not tell. */
  readonly sourceHosts: Column<readonly string[]> | null;
  readonly firstSeen: Float64Array | null;
  readonly lastSeen: Float64Array | null;
  /** UTC day → records behind its rows, before the filters: what their counts add up to. */
  readonly records: ReadonlyMap<number, number>;
  /** Rows without a day, which nothing can be done with. */
  readonly undated: number;
  /** What the joins found no match for, among some rows. */
  readonly unmatched: (rows: Int32Array) => readonly Unmatched[];
  /** The source's files that were read whole, for watermarks; none where it gives batches. */
  readonly files: readonly ScanFile[];
  /** What kind of files they are; null where the source gives batches. */
  readonly form: FileForm | null;
  /** Those that could not be read. */
  readonly leftOut: readonly LeftOut[];
}

/** A scan without its files. */
type FileForm = Omit<Scan & { readonly kind: 'files' }, 'files'>;

const dayMs = 86_400_000;
const extraColumns: Columns = { sourceHosts: accessViewColumns.sourceHosts.optional(), firstSeen: utcInstant().optional(), lastSeen: utcInstant().optional() };

export const spanWindow = ({ from, to }: DaySpan) => ({ from: new Date(from * dayMs), to: new Date(to * dayMs) });

/** Columns that any of the algorithms reads. */
export const inputOf = (algorithms: readonly ChosenAlgorithm[]): Columns => Object.assign({}, ...algorithms.map(({ component }) => component.definition.input as Columns)) as Columns;

interface Loading {
  /** What the algorithms read; the plan's when absent. */
  readonly input?: Columns;
  /** Nothing when absent: files that cannot be read are found out anew. */
  readonly known?: Known;
}

/** Reads the rows of `span` through the detection's view, filters and joins, without files that cannot be read. Throws what reading throws, and SOURCE_CHANGED. */
export async function loadRows(session: Session, plan: Plan, span: DaySpan, run: Run, { input = inputOf([plan.chosen]), known = nothingKnown }: Loading = {}): Promise<DayRows> {
  const scan = await plan.source.scan(spanWindow(span), run);
  const { filtered, counts, leftOut } = await readRows({ session, plan, span, input, known }, scan, run);
  const { table, unmatched } = await enriched(session, plan, filtered, run);
  await assertUnchanged(plan, scan, span, run);
  return {
    span,
    table: { rows: table.rows, columns: only(table.columns, Object.keys(input)) },
    days: daysOf(table) ?? new Int32Array(0),
    sourceHosts: (table.columns['sourceHosts'] as Column<readonly string[]> | undefined) ?? null,
    firstSeen: instants(table, 'firstSeen'),
    lastSeen: instants(table, 'lastSeen'),
    records: counts.records,
    undated: counts.undated,
    unmatched,
    files: scan.kind === 'files' ? filesWithout(scan.files, leftOut) : [],
    form: formOf(scan),
    leftOut,
  };
}

function formOf(scan: Scan): FileForm | null {
  if (scan.kind !== 'files') return null;
  const { files: _files, ...form } = scan;
  return form;
}

const filesWithout = (files: readonly ScanFile[], leftOut: readonly LeftOut[]): readonly ScanFile[] => {
  const out = new Set(leftOut.map(({ file }) => file.url));
  return out.size === 0 ? files : files.filter(({ url }) => !out.has(url));
};

interface Reading extends Required<Loading> {
  readonly session: Session;
  readonly plan: Plan;
  readonly span: DaySpan;
}

interface Read {
  readonly filtered: Table;
  readonly counts: Counts;
}

async function readRows(reading: Reading, scan: Scan, run: Run): Promise<Read & { readonly leftOut: readonly LeftOut[] }> {
  if (scan.kind === 'batches') return { ...(await readScan(reading, scan, run)), leftOut: [] };
  try {
    const { result, leftOut } = await readLeavingOut(scan, reading.known, (part) => readScan(reading, part, run));
    return { ...result, leftOut };
  } catch (thrown) {
    // Where one of them is gone since they were listed, the source is what changed.
    if (isByomlError(thrown) && thrown.code === 'FILE_MISSING') await assertUnchanged(reading.plan, scan, reading.span, run);
    throw thrown;
  }
}

async function readScan({ session, plan, span, input }: Reading, scan: Scan, run: Run): Promise<Read> {
  const relation = await relationOf(session, plan, scan, run);
  const projected = await relation.project(wantedColumns(plan, relation, input), run);
  const counts: Counts = { records: new Map(), undated: 0 };
  return { filtered: await readTable(kept(plan, projected.batches(run), span, counts), run), counts };
}

async function relationOf(session: Session, { detection, view }: Plan, scan: Scan, run: Run): Promise<Relation> {
  const raw = await (await session.engine(detection.engine)).open(scan, run);
  return view ? raw.view(view.definition, view.settings, run) : raw;
}

/** The algorithm's columns that no join supplies, and what incidents need besides. */
function wantedColumns({ enrich, detection }: Plan, { columns }: Relation, algorithms: Columns): Columns {
  const joined = new Set(enrich.flatMap((one) => one.columns));
  const input = Object.entries(algorithms).filter(([name]) => !joined.has(name) || columns.some((column) => column.name === name));
  const filtered = detection.filters.filter(({ column }) => !joined.has(column)).map(({ column }) => [column, accessViewColumns[column as keyof typeof accessViewColumns]] as const).filter(([, schema]) => schema !== undefined);
  return { ...extraColumns, ...Object.fromEntries(filtered), ...(Object.fromEntries(input) as Columns) };
}

interface Counts {
  readonly records: Map<number, number>;
  undated: number;
}

/** The rows of the span that the filters keep. Rows outside it may come where skipping them costs more than reading. */
async function* kept(plan: Plan, batches: Batches, { from, to }: DaySpan, counts: Counts): AsyncGenerator<Batch> {
  const passes = rowFilter(plan.detection.filters);
  for await (const batch of batches) {
    const { length, columns } = batch;
    const days = daysOf({ rows: length, columns: columns as StoredColumns });
    if (days === null) throw new ByomlError('COLUMNS_MISSING', `${plan.detection.name}: the rows have no column "day" or "lastSeen"; detections work day by day`, { details: { missing: ['day'] } });
    const { count } = columns as StoredColumns;
    const isKept = passes(columns as StoredColumns);
    const isCounted = counter(days, { from, to }, count && numbers(count as Column<number>), counts);
    const rows = new Int32Array(length);
    let found = 0;
    for (let row = 0; row < length; row++) if (isCounted(row) && isKept(row)) rows[found++] = row;
    yield found === length ? batch : pick(columns as StoredColumns, rows.subarray(0, found));
  }
}

/** Counts the records behind the rows of the span, and says whether a row is of it. */
function counter(days: Int32Array, { from, to }: DaySpan, behind: Float64Array | undefined, counts: Counts): (row: number) => boolean {
  return (row) => {
    const day = days[row] as number;
    if (day === noDay) counts.undated++;
    if (day < from || day >= to) return false;
    counts.records.set(day, (counts.records.get(day) ?? 0) + (behind?.[row] ?? 1));
    return true;
  };
}

const only = (columns: StoredColumns, names: readonly string[]): StoredColumns => Object.fromEntries(names.flatMap((name) => (columns[name] ? [[name, columns[name]]] : [])));

const instants = ({ columns }: Table, name: string): Float64Array | null => (columns[name] ? numbers(columns[name] as Column<number>) : null);

/** Exports only append: a file that became shorter, or changed before the end of what was read, was rewritten. */
async function assertUnchanged({ source, detection }: Plan, before: Scan, span: DaySpan, run: Run): Promise<void> {
  if (before.kind !== 'files') return;
  const quiet: Run = { ...run, progress: () => {} };
  const after = await source.scan(spanWindow(span), quiet);
  const now = new Map(after.kind === 'files' ? after.files.map((file) => [file.url, file]) : []);
  for (const { url, bytes } of before.files) {
    const found = now.get(url);
    if (found && found.bytes >= bytes) continue;
    throw new ByomlError('SOURCE_CHANGED', `${detection.name}: ${url} ${found ? `shrank from ${bytes} to ${found.bytes} bytes` : 'vanished'} while it was read`, { details: { file: url } });
  }
}
