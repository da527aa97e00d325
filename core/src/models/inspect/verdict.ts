/**
 * `safe`: whole, and nothing in it runs, reaches out of the file or lies about its name.
 * `runs-code`: opening it in its own framework can run what it says, or it asks for operators that only foreign code provides.
 * `malformed`: broken, or holding what its format or its name does not allow. `unknown`: no model format that can be looked into.
 */
export type ModelVerdict = 'safe' | 'runs-code' | 'malformed' | 'unknown';

export interface ModelFinding {
  /** What and because of what; one line, safe to print. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** Byte in the file; absent where it lies in compressed data or nowhere in particular. */
  readonly offset?: number;
}

/** What is held against a file. */
export interface Judgement {
  readonly verdict: ModelVerdict;
  readonly findings: readonly ModelFinding[];
}

const rank: Readonly<Record<ModelVerdict, number>> = { safe: 0, unknown: 1, malformed: 2, 'runs-code': 3 };

/** The worst of several verdicts. */
export const worst = (verdicts: readonly ModelVerdict[]): ModelVerdict => verdicts.reduce((a, b) => (rank[b] > rank[a] ? b : a), 'safe');
