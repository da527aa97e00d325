import { ByomlError, type Receipt, type Refusal } from '@byoml/core';

/** What is known of each row. What was neither accepted nor refused is left, and will be given again. */
export interface Ledger {
  accepted(rows: readonly number[]): void;
  /** For certain: the row itself is what the destination cannot take. */
  refused(rows: readonly number[], why: Refusal): void;
  /** The destination does not take the row, but perhaps it would take none: said in the receipt once it has taken another. Throws SERVICE_REFUSED when it seems to take none. */
  doubted(row: number, why: Refusal): void;
  /** All rows were tried. */
  end(): void;
  readonly counts: { readonly accepted: number; readonly refused: number };
  /** Why the first row was refused. */
  readonly first: Refusal | undefined;
}

/** So many rows refused one after another, and none accepted meanwhile, are a table of another shape and not so many bad rows. */
const tooMany = 64;

export function ledgerOf(receipt: Receipt | undefined, progress: (done: number) => void): Ledger {
  const counts = { accepted: 0, refused: 0 };
  let doubts: Array<{ readonly row: number; readonly why: Refusal }> = [];
  let first: Refusal | undefined;
  const refused = (rows: readonly number[], why: Refusal): void => {
    counts.refused += rows.length;
    first ??= why;
    receipt?.refused(rows, why);
    progress(counts.accepted + counts.refused);
  };
  const believe = (): void => {
    const certain = doubts;
    doubts = [];
    for (const { row, why } of certain) refused([row], why);
  };
  return {
    counts,
    get first() {
      return first;
    },
    accepted(rows) {
      counts.accepted += rows.length;
      receipt?.accepted(rows);
      progress(counts.accepted + counts.refused);
      believe();
    },
    refused,
    doubted(row, why) {
      doubts.push({ row, why });
      if (doubts.length >= tooMany) throw new ByomlError('SERVICE_REFUSED', `the service accepts none of the rows; it says: ${why.message} (${why.code}). Compare the columns of the stream with those that byoml sends.`, { details: { reason: why.code } });
    },
    end: believe,
  };
}
