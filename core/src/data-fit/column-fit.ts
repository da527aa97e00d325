import type { Columns } from '../contracts/columns.ts';
import type { Relation } from '../contracts/engine.ts';
import { isByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import { planColumns } from '../engine/index.ts';
import type { ColumnFit, ColumnProblem, Verdict } from './fit.ts';
import { lostWithout, mostlyEmpty, timeColumns } from './lost.ts';
import { inputView, type Mapping } from './mapping.ts';
import { pathsOf } from './names.ts';
import { profile, requiredNames, type Profile } from './profile.ts';
import type { OpenedData } from './source.ts';
import { mappingFor } from './suggest.ts';

/** Rows whose cells are looked at: enough for any table made by hand. */
export const mostRows = 2_000_000;

interface ColumnsFit {
  readonly rows: number;
  readonly columns: readonly ColumnFit[];
  readonly verdict: Verdict;
  /** Paths that the data has, where something is missing. */
  readonly existing: readonly string[];
}

interface Asked {
  readonly mapping: Mapping;
  /** Whether a day or a time is needed as well. */
  readonly dated: boolean;
}

/** How the rows of a source fit the columns that an algorithm reads. At most `mostRows` rows are looked at, in one pass over the source. */
export async function fitColumns({ relation: source, sample }: OpenedData, input: Columns, run: Run, { mapping, dated }: Asked): Promise<ColumnsFit> {
  const relation = await source.view(inputView(source, input, mapping, mostRows), {}, run);
  const names = Object.keys(input);
  const found = await profile(relation, names, run);
  const problems = new Map(await typeProblems(relation, input, found, run));
  const required = requiredNames(input);
  const lacking = names.filter((name) => filledOf(found, name) === 0);
  const existing = lacking.length === 0 ? [] : await pathsOf(await sample(), run);
  const free = existing.filter((path) => !Object.hasOwn(input, path) && ![...mapping.values()].includes(path));
  const suggested = mappingFor(suggestible(lacking, required, found), free);
  if (dated && timeColumns.every((name) => filledOf(found, name) === 0)) problems.set(timeColumns.find((name) => suggested.has(name)) ?? 'day', { code: 'COLUMNS_MISSING', says: 'neither day nor lastSeen is in the data; detections work day by day' });
  const lost = lostWithout(input, new Set(names.filter((name) => found.rows > 0 && filledOf(found, name) >= found.rows * (1 - mostlyEmpty))));
  const columns = names.map((name): ColumnFit => ({
    name,
    readBy: 'algorithm',
    required: required.has(name),
    present: filledOf(found, name) > 0 || source.columns.some((column) => column.name === (mapping.get(name) ?? name)),
    nullShare: emptyShare(found, name),
    distinct: found.columns.get(name)?.distinct ?? 0,
    problem: problems.get(name) ?? null,
    suggestion: suggested.get(name) ?? null,
    lost: lost.get(name) ?? null,
  }));
  return { rows: found.rows, columns, verdict: verdictOf(columns), existing };
}

const filledOf = (found: Profile, name: string): number => found.columns.get(name)?.filled ?? 0;
const emptyShare = (found: Profile, name: string): number => (found.rows === 0 ? 1 : 1 - filledOf(found, name) / found.rows);

/** Required columns first: they get the first choice. Of `day` and `lastSeen` one is enough. */
function suggestible(lacking: readonly string[], required: ReadonlySet<string>, found: Profile): readonly string[] {
  const timed = timeColumns.some((name) => filledOf(found, name) > 0);
  const wanted = lacking.filter((name) => !(timed && [...timeColumns, 'firstSeen'].includes(name)));
  return [...wanted].sort((a, b) => Number(required.has(b)) - Number(required.has(a)));
}

export const verdictOf = (columns: ReadonlyArray<Pick<ColumnFit, 'problem' | 'lost'>>): Verdict => {
  if (columns.some(({ problem }) => problem !== null)) return 'unfit';
  return columns.some(({ lost }) => lost !== null) ? 'partial' : 'fit';
};

/** Of each column the first reason why its cells cannot be read: it is not there, is empty, or has a cell that does not fit. */
async function typeProblems(relation: Relation, input: Columns, found: Profile, run: Run): Promise<ReadonlyMap<string, ColumnProblem>> {
  const problems = new Map<string, ColumnProblem>();
  for (const { name, required } of planColumns(input)) {
    if (required && filledOf(found, name) === 0) problems.set(name, { code: 'COLUMNS_MISSING', says: 'not in the data, or always empty' });
  }
  // Each pass of `project` tells of one column, so the bad one is left out of the next.
  for (;;) {
    const left = Object.fromEntries(Object.entries(input).filter(([name]) => !problems.has(name) && filledOf(found, name) > 0));
    const bad = Object.keys(left).length === 0 ? undefined : await firstProblem(relation, left, run);
    if (!bad) return problems;
    problems.set(bad.column, bad.problem);
  }
}

async function firstProblem(relation: Relation, columns: Columns, run: Run): Promise<{ readonly column: string; readonly problem: ColumnProblem } | undefined> {
  try {
    await relation.project(columns, run);
    return undefined;
  } catch (thrown) {
    if (!isByomlError(thrown) || !['CELL_INVALID', 'ENCODING_INVALID'].includes(thrown.code)) throw thrown;
    const { column, row, expected, received } = thrown.details as { column: string; row: number; expected?: string; received?: string };
    const says = expected === undefined ? `row ${row} holds a NUL character` : `row ${row}: expected ${expected}, received ${received}`;
    return { column, problem: { code: 'CELL_INVALID', row, says } };
  }
}
