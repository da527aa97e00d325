import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLargeExport } from './large-export.ts';
import type { Figure } from './run.ts';

const byoml = join(import.meta.dirname, '..', '..', 'cli', 'bin', 'byoml.js');
const rounds = 3;

interface Cost { readonly seconds: number; readonly peakMb: number }

/** Has the child write its greatest resident memory when it ends. */
const measuring = (path: string): string => `--import=data:text/javascript,${encodeURIComponent(`import { writeFileSync } from 'node:fs'; process.on('exit', () => writeFileSync(${JSON.stringify(path)}, String(process.resourceUsage().maxRSS / 1024)));`)}`;

/** The first run on an export: read, train, replay twenty working days, score, queue, report. */
function firstRun(folder: string, now: string): Cost & { readonly incidents: number } {
  rmSync(join(folder, '.byoml'), { recursive: true, force: true });
  const peak = join(folder, 'peak.txt');
  const from = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [measuring(peak), byoml, 'run', 'share-access', '--workspace', folder, '--now', now, '--json'], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const seconds = (performance.now() - from) / 1000;
  if (status !== 0) throw new Error(stdout + stderr);
  const { runs } = JSON.parse(stdout) as { runs: ReadonlyArray<{ incidents: number; report: string | null }> };
  const last = runs.at(-1);
  if (!last?.report || statSync(last.report).size < 50_000) throw new Error('no report');
  return { seconds, peakMb: Number(readFileSync(peak, 'utf8')), incidents: runs.reduce((sum, { incidents }) => sum + incidents, 0) };
}

function inDuckdb(folder: string): Cost & { readonly accesses: number } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@byoml/source', join(import.meta.dirname, 'export-in-duckdb.ts'), join(folder, 'export')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as ReturnType<typeof inDuckdb>;
}

const median = (costs: readonly Cost[], of: keyof Cost): number => costs.map((cost) => cost[of]).toSorted((a, b) => a - b)[costs.length >> 1] as number;

/** Files → queue and report of an export of 2.2 GB, beside what DuckDB alone takes to find the accesses in it. */
export async function measure(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'byoml-bench-'));
  try {
    const made = await writeLargeExport(join(folder, 'export'));
    mkdirSync(join(folder, 'detections'));
    writeFileSync(join(folder, 'detections', 'share-access.yaml'), `version: 1
name: share-access
source: { use: files/data-export, settings: { path: ./export, table: SecurityEvent } }
view: anomalous-resource-access/windows-file-shares
algorithm: anomalous-resource-access/access-walk
train: { window: 30d, every: 7d }
score: { every: 1d, lag: 0m }
budget: 10/day
rules: [anomalous-resource-access/unusual-access]
sinks: [ { use: files/table, settings: { path: './results.{run}.jsonl' } } ]
`);
    const [ours, theirs]: [Cost[], Cost[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      const run = firstRun(folder, new Date(made.to * 86_400_000).toISOString());
      if (run.incidents === 0) throw new Error('an empty queue');
      ours.push(run);
      const alone = inDuckdb(folder);
      if (alone.accesses !== made.accesses) throw new Error(`DuckDB found ${alone.accesses} accesses of ${made.accesses}`);
      theirs.push(alone);
    }
    const what = `export of ${(made.bytes / 1e9).toFixed(1)} GB (${(made.records / 1e6).toFixed(1)}M records, ${Math.round((100 * made.accesses) / made.records)} % of them 5140) → model, queue and report, one process`;
    return [
      { name: `${what}, beside the accesses by DuckDB alone (${median(theirs, 'seconds').toFixed(1)} s)`, value: median(ours, 'seconds') / median(theirs, 'seconds'), unit: '×', limit: 5, keep: 'at most' },
      { name: 'the same, in seconds', value: median(ours, 'seconds'), unit: 's', limit: 60, keep: 'at most' },
      { name: `the same, peak memory (DuckDB alone ${Math.round(median(theirs, 'peakMb'))} MB)`, value: median(ours, 'peakMb'), unit: 'MB', limit: 1024, keep: 'at most' },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
