import type { Explanation } from '../contracts/explanation.ts';
import type { Change, Evidence, SurpriseWithout } from './without.ts';

const digits = 3;

const significant = (value: number): string => (value === 0 ? '0' : value.toPrecision(digits));
const verb = ({ before, after }: Change): string => (after < before ? 'falls' : after > before ? 'rises' : 'stays');
const oneIn = (pValue: number): string => `1 in ${Math.round(1 / pValue).toLocaleString('en-US')}`;

function told(name: string, change: Change, text: (value: number) => string): string {
  const [before, after] = [text(change.before), text(change.after)];
  return before === after ? `${name} stays ${before}` : `${name} ${verb(change)} from ${before} to ${after}`;
}

/** One sentence: what becomes of a score without some evidence, as `surpriseWithout` found it. */
export function withoutText({ quantity, explains, total }: Explanation, evidence: Evidence, rest: SurpriseWithout): string {
  const named = Object.entries(evidence).map(([name, value]) => `${name} ${value}`).join(' and ');
  const parts = quantity === explains ? [] : [told(quantity, { before: total, after: rest.total }, significant)];
  if (rest.surprise) parts.push(told('surprise', rest.surprise, (value) => value.toFixed(2)));
  if (rest.pValue) parts.push(told('p', rest.pValue, oneIn));
  if (parts.length === 0) parts.push(told(quantity, { before: total, after: rest.total }, significant));
  const unsure = rest.unnamed > 0 ? `; up to ${significant(rest.unnamed)} more is in terms that are not named one by one` : '';
  return `Without ${named}, ${parts.join(', ')}${unsure}.`;
}
