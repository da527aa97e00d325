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
import { openAll, openSource } from './source.ts';
import { rowColumns } from './view-look.ts';

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
  const opened = request.source === undefined ? { source: plan.source, name: plan.sourceAddress } : await openSource(session, { source: request.source, set: request.set, table: view?.definition.table ?? textOf(detection.source.settings['table']) });
  const data = await openAll(session, opened, detection.engine);
  session.options.step('looking');
  const shared = { target: detection.name, source: opened.name, data, input: ownColumns(plan) };
  const checked = view
    ? await throughFilters(plan, await fitOfView(session, { ...shared, view: { ...view, name: view.address ?? `the view of ${detection.name}` } }), session.run)
    : await fitOfColumns(session, { ...shared, mapping: new Map(), table: textOf(detection.source.settings['table']) });
  const attack = [...new Set(rules.flatMap(({ definition }) => definition.attack))];
  return { ...checked, fit: { ...checked.fit, attack } };
}

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
    output: { ...Object.fromEntries(names.map((name) => [name, z.string().optional()])), n: z.number() },
    sql: (d) => `SELECT ${names.map((name) => d.ident(name)).join(', ')}, COUNT(*) AS n FROM source WHERE part = 'quiet' GROUP BY ${names.map((name) => d.ident(name)).join(', ')}`,
  }, run);
  const kept = groups.filter((group) => filters.every((filter) => passes(filter, String((group as Record<string, unknown>)[filter.column] ?? ''))));
  const left = kept.reduce((sum, { n }) => sum + Number(n), 0);
  const told = { ...fit, notes: [...fit.notes, `its filters keep ${left.toLocaleString('en-US')} of ${fit.view?.rows.toLocaleString('en-US') ?? 0} rows`] };
  if (left > 0) return { fit: told, unfit: null };
  return { fit: { ...told, verdict: 'unfit' }, unfit: new ByomlError('DATA_EMPTY', `${fit.source} does not fit ${fit.target}: its filters leave none of ${fit.view?.rows ?? 0} rows`, { details: { fit: told } }) };
}

const passes = ({ matching, notMatching }: Filter, text: string): boolean => (matching?.test(text) ?? true) && !(notMatching?.test(text) ?? false);
