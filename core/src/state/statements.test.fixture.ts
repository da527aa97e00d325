import { DatabaseSync, StatementSync } from 'node:sqlite';

type Method = (this: unknown, ...given: unknown[]) => unknown;

function followed(prototype: object, name: string, after: (on: unknown, sql: unknown) => void): () => void {
  const methods = prototype as Record<string, Method>;
  const original = methods[name] as Method;
  methods[name] = function (this: unknown, ...given: unknown[]): unknown {
    const result = original.apply(this, given);
    after(this, given[0]);
    return result;
  };
  return () => {
    methods[name] = original;
  };
}

/** Calls `after` whenever `work` has run a statement on any connection of this thread. */
export function followingStatements<T>(work: () => T, after: (on: unknown, sql: unknown) => void): T {
  const restores = [...['get', 'all', 'run'].map((name) => followed(StatementSync.prototype, name, after)), followed(DatabaseSync.prototype, 'exec', after)];
  try {
    return work();
  } finally {
    for (const restore of restores) restore();
  }
}
