import type { Preview } from '@byoml/core/workspace';
import { bold, dim, yellow } from './colour.ts';
import { oneInText } from './incident.ts';
import { table } from './table.ts';

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** A bar per day, what is oddest, and how well so large a budget can be kept. */
export function previewText({ detection, budget, days, incidents, rule, top, attainable, warnings }: Preview): string {
  const bar = ({ queued, more }: Preview['days'][number]): string => `${'█'.repeat(queued)}${'░'.repeat(Math.min(more, 30))}`;
  const lines = days.map((day) => [`  ${day.day}${day.workday ? '' : dim(' off')}`, day.queued, bar(day), dim(`${day.more > 0 ? `${day.more} more above the line · ` : ''}${day.candidates} new accesses`)]);
  const working = days.filter(({ workday }) => workday);
  const mean = (of: (day: Preview['days'][number]) => number): string => (working.reduce((sum, day) => sum + of(day), 0) / Math.max(1, working.length)).toFixed(1);
  return [
    `${bold(detection)} at ${budget} a day: ${incidents} incidents in ${days.length} days, ${mean(({ queued }) => queued)} a working day; the stateless rule alone: ${mean((day) => day.rule)} rows a working day (${rule} in all)`,
    ...warnings.map((warning) => `${yellow('!')} ${warning}`),
    table(lines),
    dim(`a rule's mean over 20 working days lies within ±20 % of ${budget} with probability ${percent(attainable.within20Percent)}; 95 % of such means lie within ±${percent(attainable.band95)}`),
    ...(top.length > 0 ? ['', bold('oddest'), ...top.map(({ day, entity, oneIn, sentence }) => `  ${day}  ${bold(entity)}  ${dim(oneInText(oneIn))}\n     ${sentence}`)] : []),
  ].join('\n');
}
