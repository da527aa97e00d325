import { ByomlError } from '../contracts/errors.ts';
import type { Explanation, Term } from '../contracts/explanation.ts';
import { nearestText } from '../plugins/nearest.ts';
import { stableSum } from './stable-sum.ts';

/** What terms are to be left out: those whose `from` says all of it, e.g. `{ peer: 'DOM\\ann' }`. */
export type Evidence = Readonly<Record<string, string>>;

/** An explanation's quantity without some of its terms. */
export interface Without {
  /** Sum of the terms that are left. */
  readonly total: number;
  /** Sum of the terms that were taken out. */
  readonly removed: number;
  /** The terms that are left. */
  readonly terms: readonly Term[];
  /** Of `total`, what terms hold that stand for many smaller ones: so much at most of the evidence may be left in it. 0: nothing is. */
  readonly unnamed: number;
}

/**
 * Takes the terms of some evidence out and adds up the rest. Nothing else changes: the other terms keep their values, as if only these shares
 * were missing. Throws USAGE_INVALID for no evidence, RECORD_UNKNOWN for evidence that no term has, with the nearest that one has.
 */
export function without({ terms }: Explanation, evidence: Evidence): Without {
  const facts = Object.entries(evidence);
  if (facts.length === 0) throw new ByomlError('USAGE_INVALID', 'no evidence is named to explain the alert without; name it as peer=NAME or resource=NAME');
  const isOf = ({ from }: Term): boolean => facts.every(([name, value]) => Object.hasOwn(from, name) && from[name] === value);
  const [removed, left] = [terms.filter(isOf), terms.filter((term) => !isOf(term))];
  if (removed.length === 0) throw unknownEvidence(terms, facts);
  return { total: sumOf(left), removed: sumOf(removed), terms: left, unnamed: sumOf(left.filter(({ merged }) => merged !== undefined)) };
}

const sumOf = (terms: readonly Term[]): number => stableSum(terms.map(({ value }) => value));

/** Names longer than this are never offered: telling how near they are would take too long. */
const longestOffered = 300;

type Facts = ReadonlyArray<readonly [string, string]>;

function unknownEvidence(terms: readonly Term[], facts: Facts): ByomlError {
  const merged = terms.reduce((sum, term) => sum + (term.merged ?? 0), 0);
  const unlisted = merged === 0 ? '' : `; ${merged.toLocaleString('en-US')} smaller terms are not named one by one`;
  return new ByomlError('RECORD_UNKNOWN', `${missing(terms, facts)}${unlisted}`, { details: { evidence: Object.fromEntries(facts) } });
}

function missing(terms: readonly Term[], facts: Facts): string {
  for (const [name, value] of facts) {
    const values = [...new Set(terms.flatMap(({ from }) => (Object.hasOwn(from, name) ? [from[name] as string] : [])))];
    if (values.length === 0) return `no term of the explanation has "${name}"${nearestText(name, namesOf(terms))}`;
    if (!values.includes(value)) return `no term of the explanation has ${name} "${value}"${nearestText(value, values.filter(({ length }) => length <= longestOffered))}`;
  }
  return `no term of the explanation has ${facts.map(([name, value]) => `${name} "${value}"`).join(' and ')} together, only in different terms`;
}

const namesOf = (terms: readonly Term[]): string[] => [...new Set(terms.flatMap(({ from }) => Object.keys(from)))];

/** The column that is explained, at a total of its quantity; null where it follows in no known way. Higher = odder. */
export function surpriseAt({ explains, quantity, scale }: Explanation, total: number): number | null {
  if (scale) return -Math.log(total + scale.floor);
  return quantity === explains ? total : null;
}

export interface Change {
  readonly before: number;
  readonly after: number;
}

/** What becomes of a row's score without some evidence. */
export interface SurpriseWithout extends Without {
  /** Null where the surprise does not follow from the quantity. */
  readonly surprise: Change | null;
  /** Null where the surprise is, or the row is not calibrated. */
  readonly pValue: Change | null;
}

/** The row that is explained, as it was scored. */
export interface ScoredRow {
  /** The column that the explanation explains. */
  readonly surprise: number;
  readonly pValue: number;
  /** The p-value of another surprise in the row's scope and class. */
  pOf(surprise: number): number;
}

/**
 * As `without`, and on to the surprise and the p-value; `row` is null where it is not calibrated.
 * Throws COMPONENT_FAILED where the explanation does not lead to the row's surprise (1e-9): what it would say of the rest is then wrong too.
 */
export function surpriseWithout(explanation: Explanation, evidence: Evidence, row: ScoredRow | null): SurpriseWithout {
  const rest = without(explanation, evidence);
  const [before, after] = [surpriseAt(explanation, explanation.total), surpriseAt(explanation, rest.total)];
  if (before === null || after === null) return { ...rest, surprise: null, pValue: null };
  if (row === null) return { ...rest, surprise: { before, after }, pValue: null };
  if (!(Math.abs(before - row.surprise) <= tolerance * Math.max(1, Math.abs(row.surprise)))) throw leadsElsewhere(explanation, before, row.surprise);
  return { ...rest, surprise: { before: row.surprise, after }, pValue: { before: row.pValue, after: row.pOf(after) } };
}

const tolerance = 1e-9;

const leadsElsewhere = ({ quantity, explains }: Explanation, got: number, scored: number): ByomlError =>
  new ByomlError('COMPONENT_FAILED', `the explanation's ${quantity} leads to a ${explains} of ${got}, but the row was scored ${scored}`, { details: { quantity, got, scored } });
