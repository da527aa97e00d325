import type { ExplainedRow } from '@byoml/core/ad-hoc';
import { bold, dim } from './colour.ts';
import { table } from './table.ts';

const shownTerms = 10;
const number = (value: number): string => (value === 0 || Math.abs(value) >= 1e-3 ? value.toPrecision(4) : value.toExponential(3));

export function explanationText({ row, values, surprise, pValue, status, explanation, context }: ExplainedRow): string {
  const facts = Object.entries(values).map(([name, value]) => [`  ${name}`, String(value)] as const);
  const terms = explanation.terms.slice(0, shownTerms).map(({ from, value }) => [`  ${number(value)}`, Object.entries(from).map(([name, text]) => `${name} ${text}`).join(' · ')] as const);
  const more = explanation.terms.length - terms.length;
  return [
    bold(`row ${row}: ${explanation.sentence}`),
    ...(context === undefined ? [] : [context]),
    '',
    table([...facts, ['  status', status], ['  surprise', number(surprise)], ['  pValue', pValue === null ? 'none (not calibrated)' : number(pValue)]]),
    '',
    ...explanation.reasons.map(({ sentence }) => `  • ${sentence}`),
    '',
    `${explanation.quantity} = ${number(explanation.total)}${explanation.exact ? ', the exact sum of' : ', approximately the sum of'}`,
    terms.length === 0 ? dim('  no terms') : table(terms),
    ...(more > 0 ? [dim(`  and ${more} more; --json lists them`)] : []),
  ].join('\n');
}
