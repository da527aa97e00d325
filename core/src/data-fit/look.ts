import type { Session } from '../ad-hoc/session.ts';
import type { Columns } from '../contracts/columns.ts';
import { ByomlError } from '../contracts/errors.ts';
import { z } from 'zod';
import { utcDay } from '../contracts/cells.ts';
import { busiestAccounts, type Busiest } from './busiest.ts';
import { fitOfColumns, fitOfView, namedView, textOf } from './check.ts';
import { parseMapping, type Mapping } from './mapping.ts';
import { pathsOf } from './names.ts';
import { requiredNames } from './profile.ts';
import { answer, asView, texts } from './query.ts';
import { openAll, openSource, type OpenedData, type OpenedSource } from './source.ts';
import type { NamedView } from './view-fit.ts';
import { isoDay, lookThrough, type ViewLook } from './view-look.ts';
import { rowColumns } from './view-rows.ts';
import { viewsFor } from './views.ts';

/** What is in a source, as an access detection sees it. */
export interface Look {
  /** Distinct days, and the first and last as `2026-11-24`. */
  readonly days: number;
  readonly from: string;
  readonly to: string;
  /** Records that the view's predicate lets through. */
  readonly events: number;
  /** Distinct ones of what is kept. */
  readonly accounts: number;
  readonly resources: number;
  /** Share of the events that is left out, 0–1, and what that is, the most first. */
  readonly skippedShare: number;
  readonly skipped: ReadonlyArray<{ readonly kind: string; readonly records: number }>;
  /** Accounts that opened far more in a day than others, the busiest first. */
  readonly busiest: readonly Busiest[];
}

interface LookRequest {
  readonly source: string;
  readonly set: readonly string[];
  /** Address of a view; chosen by the data when absent. */
  readonly view?: string | undefined;
  /** `column=path`, instead of a view. */
  readonly map: readonly string[];
  /** What the algorithm reads. */
  readonly input: Columns;
}

export interface Looked {
  readonly look: Look;
  readonly opened: OpenedSource;
  /** Null where the source has the algorithm's columns itself. */
  readonly view: NamedView | null;
  /** Where the columns are that the data has, when the request maps any. */
  readonly mapping: Mapping;
  /** Distinct users that are kept, in the order of the engine. */
  readonly users: () => Promise<readonly string[]>;
}

/** Looks at data before there is a detection for it. Throws COLUMNS_MISSING, CELL_INVALID and DATA_EMPTY when it fits nothing, and what reading throws. */
export async function lookAt(session: Session, { source, set, view: address, map, input }: LookRequest): Promise<Looked> {
  const mapping = parseMapping(map, input);
  if (mapping.size > 0 && address !== undefined) throw new ByomlError('USAGE_INVALID', '--map and --view cannot go together: a view has columns of its own');
  const given = address === undefined ? undefined : await namedView(session, { address, set: [] });
  const opened = await openSource(session, { source, set, table: given?.definition.table });
  const data = await openAll(session, opened);
  session.options.step('looking');
  const view = mapping.size > 0 ? null : (given ?? (await chosenView(session, opened, data, input)));
  const found = await lookThrough(data.relation, view ?? asItIs(input, mapping), session.run, []);
  if (found.rows === 0 || !found.days) throw await nothingToDo(session, { opened, data, view, mapping, input });
  const look = lookOf(found, await busiestAccounts(found.given, session.run));
  return { look: view ? look : { ...look, events: found.counted, skippedShare: 0, skipped: [] }, opened, view, mapping: whole(mapping, input, data), users: () => distinctUsers(session, found) };
}

/** A mapping with the columns that the data has under their own names. */
function whole(mapping: Mapping, input: Columns, { relation }: OpenedData): Mapping {
  if (mapping.size === 0) return mapping;
  const own = Object.keys(input).filter((name) => !mapping.has(name) && relation.columns.some((column) => column.name === name));
  return new Map([...mapping, ...own.map((name) => [name, name] as const)]);
}

const lookOf = ({ days, from, to, records, counted, users, resources, noise }: ViewLook, busiest: Look['busiest']): Look => ({
  days: days ?? 0, from: isoDay(from ?? 0), to: isoDay(to ?? 0),
  events: records,
  accounts: users ?? 0, resources: resources ?? 0,
  skippedShare: records === 0 ? 0 : Math.max(0, records - counted) / records,
  skipped: noise,
  busiest,
});

const tableOf = ({ settings }: OpenedSource): string | undefined => textOf(settings['table']);

/** The first view of the source's table; else none when the columns are there as they are; else the first view that can read them. */
async function chosenView(session: Session, opened: OpenedSource, { sample }: OpenedData, input: Columns): Promise<NamedView | null> {
  const table = tableOf(opened);
  const [known] = table === undefined ? [] : viewsFor(session.catalogue, { table, existing: [] });
  if (known !== undefined) return namedView(session, { address: known, set: [] });
  const existing = await pathsOf(await sample(), session.run);
  const names = new Set(existing);
  const ready = [...requiredNames(input)].every((name) => names.has(name));
  const [address] = ready ? [] : viewsFor(session.catalogue, { existing });
  return address === undefined ? null : namedView(session, { address, set: [] });
}

/** The source's own columns, as far as a look needs them. */
function asItIs(input: Columns, mapping: Mapping): NamedView {
  const path = (column: string): string => mapping.get(column) ?? column;
  const types: Columns = { ...texts(['user', 'resource']), count: z.number().optional(), day: utcDay().optional(), lastSeen: utcDay().optional() };
  const read = Object.keys(types).filter((column) => Object.hasOwn(input, column));
  const definition = asView({
    columns: Object.fromEntries(read.map((column) => [path(column), types[column] as z.ZodType])),
    output: { user: z.string(), resource: z.string(), day: utcDay(), count: z.number() },
    sql(d) {
      const cell = (column: string, type: string): string => (read.includes(column) ? d.ident(path(column)) : `CAST(NULL AS ${type})`);
      const [user, resource] = [cell('user', 'STRING'), cell('resource', 'STRING')];
      return `SELECT ${user} AS ${d.ident('user')}, ${resource} AS ${d.ident('resource')}, COALESCE(${cell('day', 'DATE')}, ${cell('lastSeen', 'DATE')}) AS ${d.ident('day')}, COALESCE(${cell('count', 'DOUBLE')}, 1) AS ${d.ident('count')} FROM source WHERE COALESCE(${user}, '') <> '' AND COALESCE(${resource}, '') <> ''`;
    },
  });
  return { name: 'its columns', definition, settings: {} };
}

async function distinctUsers(session: Session, { given }: ViewLook): Promise<readonly string[]> {
  const found = await answer(given, { columns: rowColumns, output: { user: z.string() }, sql: (d) => `SELECT DISTINCT ${d.ident('user')} FROM source WHERE part = 'quiet'` }, session.run);
  return found.map(({ user }) => user);
}

interface Unusable {
  readonly opened: OpenedSource;
  readonly data: OpenedData;
  readonly view: NamedView | null;
  readonly mapping: Mapping;
  readonly input: Columns;
}

/** Why there is nothing to make a detection of: the same words as a check. */
async function nothingToDo(session: Session, { opened, data, view, mapping, input }: Unusable): Promise<ByomlError> {
  const target = { target: view?.name ?? 'a detection', source: opened.name, data, input };
  const { unfit } = view ? await fitOfView(session, { ...target, view }) : await fitOfColumns(session, { ...target, mapping, table: tableOf(opened), dated: true });
  return unfit ?? new ByomlError('COLUMNS_MISSING', `${opened.name} has no column "day" or "lastSeen" with times in it; detections work day by day`, { details: { missing: ['day'] } });
}
