import type { Funnel, RunRecord } from '@byoml/core/state';
import type { RunReport } from '@byoml/core/workspace';
import { isoDay, type Detecting } from '../detecting.ts';
import type { RunDocument } from '../run-document.ts';
import { bold, dim, yellow } from './colour.ts';
import { incidentText } from './incident.ts';
import { table } from './table.ts';

const count = (value: number): string => value.toLocaleString('en-US');

/** read → kept → scored … in one line. */
export const funnelText = ({ read, kept, scored, unknown, overBudget, suppressed, sent }: Funnel): string =>
  `read ${count(read)} → kept ${count(kept)} → new ${count(scored)} (${count(unknown)} unknown) → over budget ${count(overBudget)} · suppressed ${count(suppressed)} → sent ${count(sent)}`;

const day = ({ day: at, window }: RunRecord): string => (at === null ? window.to.slice(0, 10) : isoDay(at));

const deliveryLines = ({ delivered, refused }: Pick<RunDocument, 'delivered' | 'refused'>): string[] => [
  ...(delivered > 0 ? [`${count(delivered)} results delivered`] : []),
  ...(refused > 0 ? [`${yellow('!')} ${count(refused)} results were refused by where they were to go; see why: byoml deadletter list`] : []),
];

/** What a call of `run` or `backfill` did: trainings, a line per day, the last queue. */
export function runText({ state, plan }: Pick<Detecting, 'state' | 'plan'>, { records }: Pick<RunReport, 'records'>, document: RunDocument): string {
  if (records.length === 0) return ['nothing is due', ...deliveryLines(document)].join('\n');
  const trainings = records.filter(({ kind }) => kind === 'train').map(({ model, funnel, window, seconds }) => `${bold('trained')} model ${model.version} on ${count(funnel.kept)} rows, ${window.from.slice(0, 10)} to ${window.to.slice(0, 10)}, in ${seconds.toFixed(1)} s`);
  const scored = records.filter(({ kind }) => kind === 'score');
  const last = scored.at(-1);
  const warnings = [...new Set(records.flatMap((record) => record.warnings))].map((warning) => `${yellow('!')} ${warning}`);
  const rows = scored.map((record) => [`  ${day(record)}`, record.status, `${record.incidents} incidents`, record.more > 0 ? `${record.more} more above the line` : '', `${count(record.funnel.scored)} new accesses`, record.changes.join('; ')]);
  const queue = last ? state.incidents({ detection: plan.detection.name, role: 'production', from: last.day ?? 0, to: (last.day ?? 0) + 1, queued: true }).map(incidentText) : [];
  return [
    ...trainings, ...warnings, ...(rows.length > 0 ? [`${bold('scored')} ${scored.length} ${scored.length === 1 ? 'window' : 'windows'}`, table(rows)] : []),
    ...(last ? ['', bold(`queue of ${day(last)}`), ...(queue.length > 0 ? queue : [dim('  empty: nothing above the line')]), '', dim(funnelText(last.funnel)), ...last.drops.map(({ rows: dropped, reason }) => dim(`  ${count(dropped)}: ${reason}`))] : []),
    ...deliveryLines(document),
    ...document.runs.flatMap(({ report }) => (report ? ['', `report: ${report}`] : [])),
  ].join('\n');
}
