import type { ScoringReport } from '@byoml/core/ad-hoc';
import { bold } from './colour.ts';
import { table } from './table.ts';

export function scoringText({ rows, out, byStatus, seconds }: ScoringReport): string {
  const counts = Object.entries(byStatus).map(([status, count]) => [`  ${status}`, count] as const);
  return [`${bold('scored')} ${rows.toLocaleString('en-US')} rows in ${seconds.toFixed(2)} s → ${out}`, table(counts)].join('\n');
}
