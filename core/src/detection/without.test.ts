import { expect, test } from 'vitest';
import { isByomlError } from '../contracts/errors.ts';
import type { Explanation, Term } from '../contracts/explanation.ts';
import { checkedExplanation } from './explanation-check.ts';
import { surpriseAt, surpriseWithout, without, type Evidence } from './without.ts';
import { withoutText } from './without-text.ts';

const term = (peer: string, resource: string, value: number): Term => ({ from: { peer, resource }, value });

const explained = (terms: readonly Term[], over: Partial<Explanation> = {}): Explanation => ({
  explains: 'surprise', exact: true, quantity: 's', total: terms.reduce((sum, { value }) => sum + value, 0), terms, scale: { kind: 'negative-log', floor: 1e-15 }, reasons: [], sentence: 'x', ...over,
});

const bea = 'DOM\\bea';
const shares = explained([term(bea, 'folder', 0.006), term(bea, 'notes', 0.0023), term('DOM\\cid', 'folder', 0.004)]);

const failure = (of: () => unknown): string => {
  try {
    of();
  } catch (error) {
    return isByomlError(error) ? `${error.code}: ${error.message}` : String(error);
  }
  return 'nothing thrown';
};

test.each<[Evidence, number, number]>([
  [{ peer: bea }, 0.004, 0.0083],
  [{ resource: 'folder' }, 0.0023, 0.01],
  [{ peer: bea, resource: 'folder' }, 0.0063, 0.006],
])('without %j exactly the terms that say all of it are missing', (evidence, total, removed) => {
  const rest = without(shares, evidence);
  expect(rest.total).toBeCloseTo(total, 15);
  expect(rest.removed).toBeCloseTo(removed, 15);
  expect(rest.total + rest.removed).toBeCloseTo(shares.total, 15);
  expect(rest.terms).toHaveLength(shares.terms.length - shares.terms.filter(({ from }) => Object.entries(evidence).every(([name, value]) => from[name] === value)).length);
  expect(rest.unnamed).toBe(0);
});

test('a thousand small shares beside a large one lose no digit', () => {
  const small = Array.from({ length: 1000 }, (_, i) => term(`p${i}`, 'x', 1e-17));
  const rest = without(explained([term(bea, 'x', 1), ...small, term('cid', 'x', 1)]), { peer: 'cid' });
  expect(rest.total - 1).toBeCloseTo(1e-14, 15);
  expect(without(explained([term(bea, 'x', 1), ...small]), { peer: bea }).total).toBeCloseTo(1e-14, 25);
});

test('the surprise and the p-value follow from what is left', () => {
  const rest = surpriseWithout(shares, { peer: bea }, { surprise: -Math.log(shares.total), pValue: 1 / 800, pOf: (surprise) => (surprise > 5 ? 1 / 2100 : 1 / 800) });
  expect(rest.surprise?.before).toBeCloseTo(-Math.log(0.0123), 12);
  expect(rest.surprise?.after).toBeCloseTo(-Math.log(0.004), 12);
  expect(rest.pValue).toEqual({ before: 1 / 800, after: 1 / 2100 });
  expect(withoutText(shares, { peer: bea }, rest)).toBe('Without peer DOM\\bea, s falls from 0.0123 to 0.00400, surprise rises from 4.40 to 5.52, p falls from 1 in 800 to 1 in 2,100.');
});

test('an explanation that does not lead to the surprise of the row is refused, not argued from', () => {
  const row = (surprise: number) => ({ surprise, pValue: 0.5, pOf: () => 0.5 });
  const { surprise } = surpriseWithout(shares, { peer: bea }, null);
  const before = surprise?.before as number;
  expect(failure(() => surpriseWithout(shares, { peer: bea }, row(before + 2e-9 * before)))).toMatch(/^COMPONENT_FAILED: the explanation's s leads to a surprise of 4\.39.* but the row was scored 4\.39/u);
  expect(failure(() => surpriseWithout(shares, { peer: bea }, row(Number.NaN)))).toMatch(/^COMPONENT_FAILED/u);
  expect(surpriseWithout(shares, { peer: bea }, row(before + 1e-10)).surprise?.before).toBe(before + 1e-10);
});

test('without all evidence the floor alone is left, and the surprise is finite', () => {
  const one = explained([term(bea, 'folder', 0.5)]);
  expect(surpriseWithout(one, { peer: bea }, null)).toMatchObject({ total: 0, removed: 0.5, surprise: { after: -Math.log(1e-15) }, pValue: null });
});

test('an explanation of the surprise itself needs no scale; one of another quantity says that it has none', () => {
  const lift = explained([{ from: { department: 'payroll' }, value: 2 }, { from: { rarity: 'pay' }, value: 1.5 }], { explains: 'coldSurprise', quantity: 'coldSurprise' });
  const { scale: _, ...itself } = lift;
  const rest = surpriseWithout(itself, { department: 'payroll' }, { surprise: 3.5, pValue: 1 / 5, pOf: (surprise) => 1 / (1.5 + surprise) });
  expect(rest.surprise).toEqual({ before: 3.5, after: 1.5 });
  expect(withoutText(itself, { department: 'payroll' }, rest)).toBe('Without department payroll, surprise falls from 3.50 to 1.50, p rises from 1 in 5 to 1 in 3.');
  const other = { ...itself, quantity: 'x·y' };
  expect(surpriseAt(other, 1)).toBeNull();
  const unknown = surpriseWithout(other, { department: 'payroll' }, { surprise: 3.5, pValue: 1, pOf: () => 1 });
  expect(unknown).toMatchObject({ surprise: null, pValue: null });
  expect(withoutText(other, { department: 'payroll' }, unknown)).toBe('Without department payroll, x·y falls from 3.50 to 1.50.');
});

test('what is merged into one term may still hold some of the evidence, and how much is said', () => {
  const merged = explained([term(bea, 'folder', 0.01), term('cid', 'folder', 0.01), { from: { paths: '2481 smaller ones' }, value: 0.003, merged: 2481 }]);
  const rest = surpriseWithout(merged, { peer: bea }, null);
  expect(rest.unnamed).toBe(0.003);
  expect(withoutText(merged, { peer: bea }, rest)).toMatch(/; up to 0\.00300 more is in terms that are not named one by one\.$/u);
  expect(failure(() => without(merged, { peer: 'dan' }))).toBe('RECORD_UNKNOWN: no term of the explanation has peer "dan"; 2,481 smaller terms are not named one by one');
});

test.each<[Evidence, string]>([
  [{ peer: 'DOM\\bee' }, 'RECORD_UNKNOWN: no term of the explanation has peer "DOM\\bee"; nearest: DOM\\bea'],
  [{ pear: bea }, 'RECORD_UNKNOWN: no term of the explanation has "pear"; nearest: peer'],
  [{ peer: 'DOM\\cid', resource: 'notes' }, 'RECORD_UNKNOWN: no term of the explanation has peer "DOM\\cid" and resource "notes" together, only in different terms'],
  [{ constructor: 'x' }, 'RECORD_UNKNOWN: no term of the explanation has "constructor"'],
  [{}, 'USAGE_INVALID: no evidence is named to explain the alert without; name it as peer=NAME or resource=NAME'],
])('evidence %j that no term has is refused with what is nearest', (evidence, message) => {
  expect(failure(() => without(shares, evidence))).toContain(message);
});

test('names as long as a log allows do not make an unknown one slow to refuse', () => {
  const long = explained(Array.from({ length: 500 }, (_, i) => term(`${i}${'x'.repeat(60_000)}`, 'folder', 1)));
  expect(failure(() => without(long, { peer: 'y'.repeat(60_000) }))).toMatch(/^RECORD_UNKNOWN/u);
});

const checked = (of: object): string => failure(() => checkedExplanation('p/a', 1, [of]));

test.each<[string, object]>([
  ['a floor of nothing', { scale: { kind: 'negative-log', floor: 0 } }],
  ['a floor that is no number', { scale: { kind: 'negative-log', floor: Number.NaN } }],
  ['another kind', { scale: { kind: 'linear', floor: 1 } }],
  ['a negative term below a logarithm', { terms: [term('a', 'b', -0.1)] }],
  ['a term that stands for none', { terms: [{ ...term('a', 'b', 1), merged: 0 }] }],
])('an explanation with %s breaks the contract', (_what, over) => {
  expect(checked({ ...shares, ...over })).toMatch(/^COMPONENT_FAILED: p\/a: invalid explanation of row 1/u);
});

test('a checked explanation keeps its scale and how much was merged', () => {
  const whole = { ...shares, terms: [...shares.terms, { from: { paths: '2 smaller ones' }, value: 1e-9, merged: 2 }] };
  expect(checkedExplanation('p/a', 1, [whole])).toEqual(whole);
  const { scale: _, ...bare } = shares;
  expect(checkedExplanation('p/a', 1, [bare])).toEqual(bare);
});
