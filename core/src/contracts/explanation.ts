/** One exact share of the quantity that an explanation explains. */
export interface Term {
  /** What this share comes from: `{ peer: 'DOM\\ann', resource: '\\\\FS1\\hr' }`. */
  readonly from: Readonly<Record<string, string>>;
  readonly value: number;
  /** How many smaller shares it stands for, none of which `from` names; absent when it stands for itself. */
  readonly merged?: number;
}

/** `explains` = −ln(total + floor). Terms are then never negative. */
export interface NegativeLog {
  readonly kind: 'negative-log';
  /** Above 0. Given as it was used: it is far too small to be had back from the surprise. */
  readonly floor: number;
}

/** One thing to tell an analyst, as data. */
export interface Reason {
  /** `shared-resource`, `peer-group`, `usual-accesses`, `no-path`, `column` … */
  readonly kind: string;
  readonly sentence: string;
  readonly facts: Readonly<Record<string, string | number | readonly string[]>>;
}

/** Why one row got its score. */
export interface Explanation {
  /** Which column of the scored row this explains. */
  readonly explains: 'surprise' | 'coldSurprise';
  /** Whether the terms are exact shares of `total`, or approximate contributions. */
  readonly exact: boolean;
  /** The quantity the terms add up to, by its name in the algorithm's formula, e.g. `s`. */
  readonly quantity: string;
  /** The terms' sum (relative 1e-9). */
  readonly total: number;
  /** How the column named by `explains` follows from `total`; absent where it is the total itself (`quantity` is then its name) or follows in no such way. */
  readonly scale?: NegativeLog;
  readonly terms: readonly Term[];
  readonly reasons: readonly Reason[];
  /** One English sentence. */
  readonly sentence: string;
}
