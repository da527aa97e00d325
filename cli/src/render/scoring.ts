import type { ExplainedRow, ScoringReport } from '@byoml/core/ad-hoc';
import { bold, dim } from './colour.ts';
import { table } from './table.ts';

const oneIn = (pValue: number | null): string => (pValue === null ? '' : ` · 1 in ${Math.round(1 / pValue).toLocaleString('en-US')}`);

const ranked = ({ row, status, pValue, explanation }: ExplainedRow, at: number): string => `${String(at + 1).padStart(3)}  ${explanation.sentence} ${dim(`row ${row} · ${status}${oneIn(pValue)}`)}`;

export function scoringText({ rows, out, byStatus, seconds, top = [] }: ScoringReport): string {
  const counts = Object.entries(byStatus).map(([status, count]) => [`  ${status}`, count] as const);
  return [`${bold('scored')} ${rows.toLocaleString('en-US')} rows in ${seconds.toFixed(2)} s → ${out}`, table(counts), ...(top.length > 0 ? ['', ...top.map(ranked)] : [])].join('\n');
}
