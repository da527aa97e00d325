import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Figure } from './run.ts';

const byoml = join(import.meta.dirname, '..', '..', 'cli', 'bin', 'byoml.js');
const runs = 11;

const milliseconds = (args: readonly string[]): number => {
  const from = performance.now();
  spawnSync(process.execPath, args, { stdio: 'ignore' });
  return performance.now() - from;
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** The promises speak of a machine on which a bare Node starts in this time; others are brought to it by their own bare start. */
const promisedBareMs = 27;

/** Start of the command: medians of 11 runs after a warm-up that fills the compile cache. */
export async function measure(): Promise<Figure[]> {
  const time = (...args: string[]): number => {
    milliseconds(args);
    return median(Array.from({ length: runs }, () => milliseconds(args)));
  };
  const bare = time('-e', '0');
  const scaled = (value: number): number => (value * promisedBareMs) / bare;
  return [
    { name: `\`byoml --version\`, where a bare \`node -e 0\` takes 27 ms (here ${bare.toFixed(0)})`, value: scaled(time(byoml, '--version')), unit: 'ms', limit: 60, keep: 'at most' },
    { name: '`byoml plugins list`, likewise', value: scaled(time(byoml, 'plugins', 'list')), unit: 'ms', limit: 120, keep: 'at most' },
  ];
}
