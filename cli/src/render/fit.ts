import { distinctRows, type ColumnFit, type Fit, type Verdict, type ViewFit } from '@byoml/core/data-fit';
import { bold, dim, green, yellow } from './colour.ts';
import { table } from './table.ts';

const count = (value: number): string => value.toLocaleString('en-US');
const percent = (share: number): string => `${share > 0 && share < 0.01 ? '< 1' : Math.round(100 * share)} %`;

const verdicts: Readonly<Record<Verdict, string>> = { fit: green('fit'), partial: yellow('partial'), unfit: bold('unfit') };

function state({ present, required, problem, suggestion, lost }: ColumnFit): string {
  const perhaps = suggestion === null ? '' : `perhaps ${suggestion}`;
  if (problem) return [problem.says, perhaps].filter(Boolean).join('; ');
  if (lost !== null) return [lost, perhaps].filter(Boolean).join('; ');
  return present ? '' : [required ? 'missing' : dim('not needed'), perhaps].filter(Boolean).join('; ');
}

const distinct = ({ present, distinct: cells }: ColumnFit, rows: number): string => (present ? `${count(cells)}${rows > distinctRows ? '+' : ''}` : '');

function row(column: ColumnFit, rows: number): readonly string[] {
  const { name, present, required, nullShare } = column;
  return [`  ${name}`, present ? 'yes' : 'no', required ? 'required' : '', present ? percent(nullShare) : '', distinct(column, rows), state(column)];
}

/** The columns worth a line: of a view's many alternatives only those that the data has or that are to blame. */
const shown = ({ columns, view }: Fit): readonly ColumnFit[] =>
  columns.filter(({ readBy, required, present, problem, suggestion, lost }) => {
    if (problem !== null || suggestion !== null) return true;
    return readBy === 'algorithm' && view ? false : required || present || lost !== null;
  });

function* through({ view, records, rows, users, resources, days, from, to, dropped }: ViewFit): Iterable<string> {
  const facts = [`${count(rows)} rows`, users !== null && `${count(users)} users`, resources !== null && `${count(resources)} resources`, days !== null && `${count(days)} days${from === null ? '' : ` (${from} – ${to})`}`];
  yield `  through ${view}: ${count(records)} records → ${facts.filter(Boolean).join(', ')}`;
  if (dropped.noise.length > 0) yield `  left out as noise: ${dropped.noise.map(({ kind, records: n }) => `${kind} ${percent(n / records)}`).join(', ')}`;
  if (dropped.unusable > 0) yield `  left out otherwise: ${count(dropped.unusable)} records without a user, a resource or a time, or that a setting of the view excludes`;
}

/** A fit for people: the verdict, the columns that are read, what a view makes of the records. */
export function fitText(fit: Fit): string {
  const columns = table([['  COLUMN', 'PRESENT', '', 'EMPTY', 'DISTINCT', ''].map(dim), ...shown(fit).map((column) => row(column, fit.rows))]);
  const facts = fit.view ? [...through(fit.view)] : [`  ${count(fit.rows)} rows looked at`];
  const capped = fit.rows > distinctRows ? [dim(`  + at least: distinct cells are counted in the first ${count(distinctRows)} rows`)] : [];
  return [[`${bold(fit.target)} on ${fit.source}: ${verdicts[fit.verdict]}`, ...(fit.attack ?? [])].join('  '), columns, ...capped, ...facts, ...fit.notes.map((note) => dim(`  ${note}`))].join('\n');
}
