import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Figure } from './run.ts';

const byoml = join(import.meta.dirname, '..', '..', 'cli', 'bin', 'byoml.js');
const rounds = 3;

/** The whole demo, from start to exit: generate, read, train, replay 23 days, write the report. */
export async function measure(): Promise<Figure[]> {
  const walls = Array.from({ length: rounds }, (): number => {
    const from = performance.now();
    const { stdout, stderr, status } = spawnSync(process.execPath, [byoml, 'demo', '--json'], { encoding: 'utf8', maxBuffer: 1 << 26 });
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
    rmSync(dirname((JSON.parse(stdout) as { dataDir: string }).dataDir), { recursive: true, force: true });
    return (performance.now() - from) / 1000;
  });
  return [{ name: '`byoml demo`, whole', value: walls.sort((a, b) => a - b)[rounds >> 1] as number, unit: 's', limit: 60, keep: 'at most' }];
}
