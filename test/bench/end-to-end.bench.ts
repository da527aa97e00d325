import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomFrom } from '@byoml/core/random';
import type { Figure } from './run.ts';

const byoml = join(import.meta.dirname, '..', '..', 'cli', 'bin', 'byoml.js');
const rounds = 3;

interface Report {
  readonly seconds: number;
  readonly calibrationSeconds?: number;
}

/** Generated accesses with the shape of a real enterprise: few busy resources, a long tail. */
function accesses(rows: number, seed: number): string {
  const random = randomFrom(seed);
  const lines = ['user,resource,count'];
  for (let i = 0; i < rows; i++) {
    const user = random.below(11_000);
    const resource = Math.floor(22_000 * random.next() ** 3);
    lines.push(`user-${user},resource-${resource},${1 + random.below(9)}`);
  }
  return `${lines.join('\n')}\n`;
}

function timed(...args: string[]): { readonly wall: number; readonly report: Report } {
  const from = performance.now();
  const { stdout, status, stderr } = spawnSync(process.execPath, [byoml, ...args, '--json'], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stdout}${stderr}`);
  return { wall: (performance.now() - from) / 1000, report: JSON.parse(stdout) as Report };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** CSV → scored CSV: two processes, 250k rows learned, 120k rows scored; calibration is reported apart. */
export async function measure(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'byoml-bench-'));
  try {
    const at = (name: string): string => join(folder, name);
    writeFileSync(at('train.csv'), accesses(250_000, 1));
    writeFileSync(at('score.csv'), accesses(120_000, 2));
    const walls: number[] = [];
    const calibrations: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const train = timed('train', '--algorithm', 'anomalous-resource-access/access-walk', '--data', at('train.csv'), '--model', at('model'));
      const score = timed('score', '--model', at('model'), '--data', at('score.csv'), '--out', at('scored.csv'));
      const calibration = train.report.calibrationSeconds ?? 0;
      walls.push(train.wall - calibration + score.wall);
      calibrations.push(calibration);
    }
    const lines = readFileSync(at('scored.csv'), 'utf8').trimEnd().split('\n').length;
    if (lines !== 120_001) throw new Error(`scored ${lines - 1} rows of 120000`);
    return [
      { name: 'CSV (250k) → model, CSV (120k) → scored CSV, two processes, without calibration', value: median(walls), unit: 's', limit: 3, keep: 'at most' },
      { name: 'calibration of that model', value: median(calibrations), unit: 's', limit: 30, keep: 'at most' },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
