import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportFolder } from './generated-export.ts';
import { asked, intraCount, likelihoods, machines, records, type Pair } from './original-data.ts';
import { backfillDays, moment, SmallWorkspace, writeDetection } from './small-workspace.ts';
import { inCi } from './tier.ts';

const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');
const kept = mkdtempSync(join(tmpdir(), 'byoml-drop-in-'));
afterAll(() => rmSync(kept, { recursive: true, force: true }));

interface Row extends Pair { readonly surprise: number; readonly status: string }

const lines = (of: readonly object[]): string => of.map((row) => `${JSON.stringify(row)}\n`).join('');
const write = (name: string, of: readonly object[]): string => {
  const path = join(kept, name);
  writeFileSync(path, lines(of));
  return path;
};
function run(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [byoml, ...args, '--json'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`byoml ${args.join(' ')}\n${stderr}`);
}

const compat = ['--algorithm', 'anomalous-resource-access/als-access', '--profile', 'compat'];
const asTheOriginal = ['--view', 'anomalous-resource-access/windows-file-shares', '--view-set', 'events=5140', '--view-set', 'resource=share'];

function scored(name: string, ...training: readonly string[]): Row[] {
  const [model, out] = [join(kept, `${name}.model`), join(kept, `${name}.scored.jsonl`)];
  run('train', ...compat, ...training, '--model', model);
  run('score', '--model', model, '--data', write(`${name}.asked.jsonl`, asked), '--out', out);
  return readFileSync(out, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Row);
}

let expected: readonly Row[];
beforeAll(() => void (expected = scored('likelihoods', '--data', write('likelihoods.jsonl', likelihoods()))), 120_000);

test('the likelihoods of the original tell apart who belongs where', () => {
  expect(expected).toHaveLength(asked.length);
  const mean = (of: readonly Row[]): number => of.reduce((sum, { surprise }) => sum + surprise, 0) / of.length;
  const isShared = ({ resource }: Pair): boolean => resource.endsWith('\\ffa');
  const intra = expected.slice(0, intraCount).filter((row) => !isShared(row));
  expect(mean(expected.slice(intraCount).filter((row) => !isShared(row))) - mean(intra)).toBeGreaterThan(2);
});

function givesTheSame(layout: 'PT1H' | 'PT05M'): void {
  const found = scored(layout, ...asTheOriginal, '--data', exportFolder(join(kept, layout), [...records, ...machines], { layout, timeOf: ({ at }) => at as string }));
  expect(found).toHaveLength(expected.length);
  found.forEach((row, at) => {
    const { user, resource, surprise, status } = expected[at] as Row;
    expect([row.user, row.resource, row.status]).toEqual([user, resource, status]);
    expect(Math.abs(row.surprise - surprise)).toBeLessThan(1e-9);
  });
}
test('an am-securityevent folder gives the scores that the likelihoods of the original give', { timeout: 120_000 }, () => givesTheSame('PT1H'));
test.skipIf(!inCi)('an am-securityevent folder of five-minute files gives the same scores (CI tier)', { timeout: 120_000 }, () => givesTheSame('PT05M'));

test.skipIf(!inCi)('a detection gives the same rows of both layouts (CI tier)', { timeout: 240_000 }, async () => {
  using soc = await SmallWorkspace.make();
  soc.grow(moment(31));
  const shared = globSync('**/*.json', { cwd: soc.export }).sort().flatMap((file) => readFileSync(join(soc.export, file), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>));
  const [hourly, often] = (['PT1H', 'PT05M'] as const).map((layout) => {
    const folder = join(kept, `soc-${layout}`);
    exportFolder(join(folder, 'export'), shared, { layout, timeOf: (record) => record['TimeGenerated'] as string });
    writeDetection({ folder, name: soc.name }, { algorithm: 'anomalous-resource-access/als-access:compat', enrich: '', sinks: "[ { use: files/table, settings: { path: ./results.jsonl, mode: append } } ]" });
    return folder;
  }) as [string, string];
  const rowsOf = async (folder: string): Promise<unknown[]> => {
    await backfillDays({ folder, name: soc.name }, 27, 31);
    return readFileSync(join(folder, 'results.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as unknown);
  };
  const expected = await rowsOf(hourly);
  expect(expected.length).toBeGreaterThan(5);
  expect(await rowsOf(often)).toEqual(expected);
});
