import { createInterface } from 'node:readline/promises';

/** Asks a question that only an explicit yes answers; undefined where nobody sits at a terminal. */
export function terminal(signal: AbortSignal): ((question: string) => Promise<boolean>) | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/iu.test((await lines.question(`${question} [y/N] `, { signal })).trim());
    } finally {
      lines.close();
    }
  };
}
