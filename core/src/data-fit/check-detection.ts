import { z } from 'zod';
import type { Session } from '../ad-hoc/session.ts';
import type { Columns } from '../contracts/columns.ts';
import type { Relation } from '../contracts/engine.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import type { Filter } from '../detection-file/index.ts';
import { openWorkspace, planDetection, type Plan } from '../workspace/index.ts';
import { fitOfColumns, fitOfView, textOf, type Checked } from './check.ts';
import { answer } from './query.ts';
import { joinNotes } from './joins.ts';
import { openAll, openSource } from './source.ts';
import { rowColumns } from './view-rows.ts';

export interface DetectionCheck {
  /** Folder of the workspace. */
  readonly workspace: string;
  /** Name of the detection, or path of its file. */
  readonly detection: string;
  /** Other data than the detection's own: a path, or the address of a data source. */
  readonly source?: string | undefined;
  /** `key=value` settings of that source. */
  readonly set: readonly string[];
}

/** How data fits a detection: its source, view, filters and joins. Writes nothing. Throws what planning and reading throw. */
export async function checkDetection(session: Session, request: DetectionCheck): Promise<Checked> {
  const plan = await planDetection(session, await openWorkspace(request.workspace), request.detection);
  const { detection, view, rules } = plan;
  const opened = request.source === undefined ? { source: plan.source, name: sourceName(plan) } : await openSource(session, { source: request.source, set: request.set, table: view?.definition.table ?? textOf(detection.source.settings['table']) });
  const data = await openAll(session, opened, detection.engine);
  session.options.step('looking');
  const shared = { target: detection.name, source: opened.name, data, input: ownColumns(plan), joined: plan.enrich.length > 0 };
  const { given, ...checked } = view
    ? await fitOfView(session, { ...shared, view: { ...view, name: view.address ?? `the view of ${detection.name}`, written: view.address === null } })
    : { given: null, ...(await fitOfColumns(session, { ...shared, mapping: new Map(), table: textOf(detection.source.settings['table']), dated: true, mapIn: 'file' })) };
  const filtered = given ? await throughFilters(plan, { ...checked, given }, session.run) : checked;
  const notes = filtered.unfit ? [] : await joinNotes(session, plan, given);
  const attack = [...new Set(rules.flatMap(({ definition }) => definition.attack))];
  return { unfit: filtered.unfit, fit: { ...filtered.fit, notes: [...filtered.fit.notes, ...notes], attack } };
}

/** The path where a source has one, else its address. */
const sourceName = ({ detection: { source } }: Plan): string => textOf(source.settings['path']) ?? source.use;

/** The algorithm's columns that no join supplies. */
function ownColumns({ chosen, enrich }: Plan): Columns {
  const joined = new Set(enrich.flatMap(({ columns }) => columns));
  return Object.fromEntries(Object.entries<z.ZodType>(chosen.component.definition.input).filter(([name]) => !joined.has(name)));
}

const filterable = ['user', 'resource', 'scope'];

/** What the filters of the detection leave of the view's rows. */
async function throughFilters({ detection }: Plan, { fit, unfit, given }: Checked & { readonly given: Relation }, run: Run): Promise<Checked> {
  const filters = detection.filters.filter(({ column }) => filterable.includes(column));
  if (unfit || filters.length === 0) return { fit, unfit };
  const names = [...new Set(filters.map(({ column }) => column))];
  const groups = await answer(given, {
    columns: rowColumns,
    output: { n: z.number(), ...(Object.fromEntries(names.map((name) => [name, z.string().optional()])) as Record<'user' | 'resource' | 'scope', z.ZodOptional<z.ZodString>>) },
    sql: (d) => `SELECT ${names.map((name) => d.ident(name)).join(', ')}, COUNT(*) AS n FROM source WHERE part = 'quiet' GROUP BY ${names.map((name) => d.ident(name)).join(', ')}`,
  }, run);
  const kept = groups.filter((group) => filters.every((filter) => passes(filter, group[filter.column as 'user'] ?? '')));
  const left = kept.reduce((sum, { n }) => sum + n, 0);
  const told = { ...fit, notes: [...fit.notes, `its filters keep ${left.toLocaleString('en-US')} of ${fit.view?.rows.toLocaleString('en-US') ?? 0} rows`] };
  if (left > 0) return { fit: told, unfit: null };
  return { fit: { ...told, verdict: 'unfit' }, unfit: new ByomlError('DATA_EMPTY', `${fit.source} does not fit ${fit.target}: its filters leave none of ${fit.view?.rows ?? 0} rows`, { details: { fit: told } }) };
}

const passes = ({ matching, notMatching }: Filter, text: string): boolean => (matching?.test(text) ?? true) && !(notMatching?.test(text) ?? false);
