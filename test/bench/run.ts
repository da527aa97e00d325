import { globSync } from 'node:fs';
import { basename, join } from 'node:path';

/** One measured figure: what, how much, and the limit it must keep. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The promise: `value` at most or at least `limit`. */
  readonly limit: number;
  readonly keep: 'at most' | 'at least';
}

const holds = ({ value, limit, keep }: Figure): boolean => (keep === 'at most' ? value <= limit : value >= limit);
const line = (figure: Figure): string =>
  `| ${figure.name} | ${figure.value.toPrecision(3)} ${figure.unit} | ${figure.keep} ${figure.limit} ${figure.unit} | ${holds(figure) ? 'kept' : 'MISSED'} |`;

const wanted = process.argv.slice(2);
const files = globSync('*.bench.ts', { cwd: import.meta.dirname }).sort();
const figures: Figure[] = [];
for (const file of files) {
  if (wanted.length > 0 && !wanted.includes(basename(file, '.bench.ts'))) continue;
  const { measure } = (await import(join(import.meta.dirname, file))) as { measure: () => Promise<Figure[]> };
  figures.push(...(await measure()));
}
process.stdout.write(`| what | measured | promise | |\n|---|---|---|---|\n${figures.map(line).join('\n')}\n`);
process.exitCode = figures.every(holds) ? 0 : 1;
