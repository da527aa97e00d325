import type { PickleCall } from './calls.ts';

/** What a file of pickles says about itself. */
export interface PickleFacts {
  /** The highest protocol of its pickles. */
  readonly protocol: number;
  readonly calls: readonly PickleCall[];
  /** Whether every byte belongs to a pickle that ends with STOP. */
  readonly whole: boolean;
  readonly why?: string;
  /** Pickles that follow each other in the file, the broken last one too. */
  readonly pickles: number;
}
