import { z } from 'zod';
import type { Columns } from '../contracts/columns.ts';
import type { Relation } from '../contracts/engine.ts';
import type { Run } from '../contracts/run.ts';
import { quoted } from '../engine/index.ts';
import { blame, type Blame } from './blame.ts';
import { verdictOf } from './column-fit.ts';
import type { ColumnFit, ColumnProblem, Verdict, ViewFit } from './fit.ts';
import { lostWithout, mostlyEmpty } from './lost.ts';
import { pathsOf } from './names.ts';
import { printable } from './printable.ts';
import { profile, requiredNames, type Profile } from './profile.ts';
import { answer, texts } from './query.ts';
import type { OpenedData } from './source.ts';
import { suggestions } from './suggest.ts';
import { isoDay, lookThrough, type ChosenView, type ViewLook } from './view-look.ts';

interface ThroughView {
  readonly columns: readonly ColumnFit[];
  readonly view: ViewFit;
  readonly verdict: Verdict;
  readonly existing: readonly string[];
  /** Why there are no rows, where no single column is to blame. */
  readonly empty: string | null;
  /** The rows that the view gives, in the engine. */
  readonly given: Relation;
}

export interface NamedView extends ChosenView {
  readonly name: string;
  /** Whether somebody wrote its paths for this very data, so that each is expected there. */
  readonly written?: boolean;
}

/** How the records of a source fit a view, and what it gives fits an algorithm. Reads the source once; again only where something is missing. */
export async function fitThrough(data: OpenedData, view: NamedView, input: Columns, run: Run): Promise<ThroughView> {
  const look = await lookThrough(data.relation, { ...view, definition: lenient(view.definition) }, run);
  const missing = [...requiredNames(view.definition.columns)].filter((path) => filled(look.profile, path) === 0);
  const silent = look.rows === 0 || missing.length > 0;
  const existing = silent ? await pathsOf(await data.sample(), run) : [];
  const blamed = silent ? await blamedFor(data, view, { look, missing, existing }, run) : new Map<string, Blamed>();
  const columns = [...viewColumns(view, look, blamed), ...algorithmColumns(input, view, look)];
  const empty = look.rows === 0 && blamed.size === 0 ? await whyEmpty(await data.sample(), view, look, run) : null;
  const through = viewFit(view.name, look);
  return { columns, view: through, verdict: empty === null ? worse(verdictOf(columns), through) : 'unfit', existing, empty, given: look.given };
}

/** A view that can use less than half of its records is no more than a partial fit. */
const worse = (verdict: Verdict, { records, dropped }: ViewFit): Verdict => (verdict === 'fit' && dropped.unusable > records * mostlyEmpty ? 'partial' : verdict);

/** The same view, whose required columns may be absent: what is missing is told afterwards, all at once. */
const lenient = (definition: ChosenView['definition']): ChosenView['definition'] => ({ ...definition, columns: Object.fromEntries(Object.entries<z.ZodType>(definition.columns).map(([name, schema]) => [name, schema.optional()])) });

const filled = (found: Profile, path: string): number => found.columns.get(path)?.filled ?? 0;

interface Blamed {
  readonly problem: ColumnProblem;
  readonly suggestion: string | null;
}

interface Found {
  readonly look: ViewLook;
  readonly missing: readonly string[];
  readonly existing: readonly string[];
}

const notThere = 'not in the data, or always empty';

async function blamedFor({ relation, sample }: OpenedData, view: NamedView, { look, missing, existing }: Found, run: Run): Promise<ReadonlyMap<string, Blamed>> {
  const { where, columns } = view.definition;
  const absent = (path: string): Blamed => ({ problem: { code: 'COLUMNS_MISSING', says: notThere }, suggestion: suggestions(path, existing.filter((other) => !Object.hasOwn(columns, other)))[0] ?? null });
  if (look.records === 0) {
    const judged = where.flatMap((predicate) => predicate.columns);
    const found = await profile(await sample(), judged, run);
    const lacking = where.filter((predicate) => predicate.columns.every((path) => filled(found, path) === 0)).map((predicate) => predicate.columns[0] ?? '');
    return new Map(found.rows === 0 ? [] : lacking.map((path) => [path, absent(path)]));
  }
  if (missing.length > 0) return new Map(missing.map((path) => [path, absent(path)]));
  // The noise filter explains it: nothing is missing.
  if (look.dropped > 0) return new Map();
  const some = await sample();
  const [kept] = await answer(some, { columns: texts(Object.keys(columns)), where, output: { n: z.number() }, sql: () => 'SELECT COUNT(*) AS n FROM source' }, run);
  const source = (kept?.n ?? 0) > 0 ? some : relation;
  const blamed = await blame(source, view, { profile: look.profile, existing }, run);
  return new Map(await Promise.all(blamed.map(async (one) => [nameOf(one, look.profile), await toldBy(source, one, run)] as const)));
}

const nameOf = ({ group }: Blame, found: Profile): string => group.paths.find((path) => filled(found, path) > 0) ?? group.paths[0] ?? '';

async function toldBy(source: Relation, { group, suggestion }: Blame, run: Run): Promise<Blamed> {
  if (!group.held) return { suggestion, problem: { code: 'COLUMNS_MISSING', says: notThere } };
  const [example] = await valuesOf(source, group.paths, run);
  return { suggestion, problem: { code: 'CELL_INVALID', says: `holds nothing that the view can use, but such as ${quoted(example)}` } };
}

function viewColumns({ definition, written = false }: NamedView, look: ViewLook, blamed: ReadonlyMap<string, Blamed>): ColumnFit[] {
  const { profile: found } = look;
  const required = requiredNames(definition.columns);
  const names = [...new Set([...Object.keys(definition.columns), ...blamed.keys()])];
  return names.map((name): ColumnFit => ({
    name,
    readBy: 'view',
    required: required.has(name) || blamed.has(name),
    present: filled(found, name) > 0,
    nullShare: found.rows === 0 ? 1 : 1 - filled(found, name) / found.rows,
    distinct: found.columns.get(name)?.distinct ?? 0,
    problem: blamed.get(name)?.problem ?? null,
    suggestion: blamed.get(name)?.suggestion ?? null,
    lost: written && look.rows > 0 && filled(found, name) === 0 ? 'the view reads it, but it is not in the data, or always empty' : null,
  }));
}

/** What the view gives of the algorithm's columns; views keep their word on the cells, so only which columns there are is looked at. */
function algorithmColumns(input: Columns, { definition, name: view }: NamedView, look: ViewLook): ColumnFit[] {
  const given = new Set(Object.keys(definition.output));
  const required = requiredNames(input);
  const lost = lostWithout(input, given);
  const distinct: Readonly<Record<string, number | null>> = { user: look.users, resource: look.resources, day: look.days };
  return Object.keys(input).map((name): ColumnFit => ({
    name,
    readBy: 'algorithm',
    required: required.has(name),
    present: given.has(name),
    nullShare: given.has(name) ? 0 : 1,
    distinct: distinct[name] ?? 0,
    problem: required.has(name) && !given.has(name) ? { code: 'COLUMNS_MISSING', says: `${view} does not give it` } : null,
    suggestion: null,
    lost: lost.get(name) ?? null,
  }));
}

const iso = (day: number | null): string | null => (day === null ? null : isoDay(day));

function viewFit(view: string, { records, counted, rows, users, resources, days, from, to, noise, dropped }: ViewLook): ViewFit {
  const lost = Math.max(0, records - counted);
  return { view, records, rows, users, resources, days, from: iso(from), to: iso(to), dropped: { share: records === 0 ? 0 : lost / records, noise, unusable: Math.max(0, lost - dropped) } };
}

const shownValues = 6;

/** A sentence that says what was looked for and what is there instead. */
async function whyEmpty(source: Relation, { definition }: NamedView, look: ViewLook, run: Run): Promise<string> {
  if (look.records > 0 && look.dropped > 0) return `all ${look.dropped} records are noise to the view (${look.noise.map(({ kind }) => kind).join(', ')}); its setting noise=keep leaves them in`;
  if (look.records > 0) return `none of ${look.records} records gives the view a row`;
  for (const { columns, in: wanted } of definition.where) {
    const there = await valuesOf(source, columns, run);
    if (there.length > 0 && !there.some((value) => wanted.includes(value))) return `no record has ${columns[0]} ${wanted.slice(0, shownValues).join(' or ')}; there are ${there.slice(0, shownValues).map(printable).join(', ')}`;
  }
  return 'there are no records';
}

async function valuesOf(source: Relation, paths: readonly string[], run: Run): Promise<readonly string[]> {
  const found = await answer(source, {
    columns: texts(paths),
    output: { value: z.string().optional(), n: z.number() },
    sql: (d) => `SELECT value, COUNT(*) AS n FROM (SELECT COALESCE(${paths.map((path) => `NULLIF(${d.ident(path)}, '')`).join(', ')}, NULL) AS value FROM source LIMIT 100000) AS looked WHERE value IS NOT NULL GROUP BY value ORDER BY n DESC, value LIMIT 50`,
  }, run);
  return found.flatMap(({ value }) => (value === undefined || value === null ? [] : [value]));
}
