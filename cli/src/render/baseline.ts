import type { Baseline } from '@byoml/core/workspace';
import { bold, dim, yellow } from './colour.ts';

const shown = (count: number): string => count.toLocaleString('en-US');

export const baselineText = ({ out, rows, leftOut, days, kql, advice }: Baseline): string =>
  [
    `${bold('wrote')} ${out}: ${shown(rows)} pairs of ${days.from} to ${days.to}`,
    ...(leftOut > 0 ? [`${yellow('!')} ${shown(leftOut)} pairs that were seen longest ago are left out: the query below takes their next access for a first one`] : []),
    dim(advice), '', kql,
  ].join('\n');
