import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ClusteredAccesses, defaultShape } from './clustered-accesses.ts';
import { cybermlSample, cybermlSampleNames } from './cyberml-sample.ts';
import { drawEdges, type Edge } from './draw-edges.ts';
import { MersenneTwister } from './mersenne-twister.ts';
import { writeCybermlSample } from './write-cyberml-sample.ts';

const golden = join(import.meta.dirname, '../../../../test/fixtures/cyberml-sample');
const size = (edges: readonly Edge[], resourcePrefix: string, userPrefix = ''): number => edges.filter(({ user, resource }) => user.startsWith(userPrefix) && resource.startsWith(resourcePrefix)).length;
const sizes = (edges: readonly Edge[]): number[] => [edges.length, size(edges, 'ffa'), size(edges, 'hr_'), size(edges, 'fin_'), size(edges, 'eng_')];

test.each(cybermlSampleNames.flatMap((name) => (['train', 'intra', 'inter'] as const).map((part) => [name, part] as const)))('%s-%s equals the original generator\'s file byte for byte', (name, part) => {
  expect(Buffer.from(cybermlSample(name)[part].csv).equals(readFileSync(join(golden, `${name}-${part}.csv`)))).toBe(true);
});

test('the columns hold what the text says', () => {
  const { columns, length, csv } = cybermlSample('default').train;
  const users = [...columns.user];
  const resources = [...columns.resource];
  expect(csv.trimEnd().split('\n').slice(1)).toEqual(Array.from({ length }, (_, i) => `${users[i]},${resources[i]},${columns.count.at(i)}`));
});

test('the sizes are those of the original: its default shape', () => {
  const accesses = new ClusteredAccesses();
  expect(sizes(accesses.training(0.25))).toEqual([328, 22, 91, 48, 167]);
  expect(sizes(accesses.intra())).toEqual([355, 22, 105, 59, 169]);
  const inter = accesses.inter();
  expect([inter.length, size(inter, 'ffa')]).toEqual([689, 22]);
  expect([size(inter, 'fin', 'hr'), size(inter, 'eng', 'hr'), size(inter, 'hr', 'fin'), size(inter, 'eng', 'fin'), size(inter, 'fin', 'eng'), size(inter, 'hr', 'eng')]).toEqual([65, 170, 72, 149, 73, 138]);
});

test('the sizes are those of the original: without a shared resource, and complete', () => {
  const parts = new ClusteredAccesses({ ...defaultShape, shared: false });
  expect(sizes(parts.training(0.25))).toEqual([314, 0, 90, 51, 173]);
  expect([parts.intra().length, parts.inter().length]).toEqual([338, 703]);
  expect(sizes(new ClusteredAccesses().training(1))).toEqual([857, 22, 210, 125, 500]);
});

test('the notebook\'s sizes are those of the original', () => {
  const { train, intra, inter } = cybermlSample('notebook');
  expect([train.length, intra.length, inter.length]).toEqual([1775, 635, 1294]);
});

test('people of a department share resources, people of two departments none, and intra is new', () => {
  const accesses = new ClusteredAccesses();
  const train = accesses.training(0.25).filter(({ resource }) => resource !== 'ffa');
  const intra = accesses.intra().filter(({ resource }) => resource !== 'ffa');
  const known = new Set(train.map(({ user, resource }) => `${user} ${resource}`));
  expect(intra.some(({ user, resource }) => known.has(`${user} ${resource}`))).toBe(false);
  const { same, different } = sharedResources(train);
  expect(Math.min(...same)).toBeLessThanOrEqual(2);
  expect(Math.min(...same)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...same)).toBeGreaterThanOrEqual(9);
  expect(same.reduce((sum, value) => sum + value, 0) / same.length).toBeGreaterThanOrEqual(5);
  expect(Math.max(...different)).toBe(0);
});

function sharedResources(edges: readonly Edge[]): { same: number[]; different: number[] } {
  const result = { same: [] as number[], different: [] as number[] };
  const resources = Map.groupBy(edges, ({ user }) => user);
  const users = [...resources.keys()];
  for (const [i, one] of users.entries()) {
    const own = new Set(resources.get(one)?.map(({ resource }) => resource));
    for (const other of users.slice(i + 1)) {
      const shared = (resources.get(other) ?? []).filter(({ resource }) => own.has(resource)).length;
      result[one.split('_')[0] === other.split('_')[0] ? 'same' : 'different'].push(shared);
    }
  }
  return result;
}

test('what can never be drawn is an error, not an endless loop', () => {
  const complete = new ClusteredAccesses();
  complete.training(1);
  expect(() => complete.intra()).toThrow(expect.objectContaining({ code: 'SAMPLE_IMPOSSIBLE' }));
  const excluded = new Set(['a\nx']);
  const group = { users: ['a', 'b'], resources: ['x'], ratio: 0.4, coverage: true };
  expect(() => drawEdges(group, excluded, new MersenneTwister([1]))).toThrow(/a already has every resource/);
  expect(() => drawEdges({ ...group, ratio: 1, coverage: false }, excluded, new MersenneTwister([1]))).toThrow(/only 1 pairs/);
});

test('the files of a sample are written under their names, and other files stay', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'byoml-sample-'));
  try {
    await writeFile(join(folder, 'mine.txt'), 'x');
    const { files } = await writeCybermlSample(folder, ['default']);
    expect(files).toEqual(['default-train.csv', 'default-intra.csv', 'default-inter.csv']);
    expect((await readdir(folder)).sort()).toEqual([...files, 'mine.txt'].sort());
    expect(await readFile(join(folder, 'default-train.csv'), 'utf8')).toBe(cybermlSample('default').train.csv);
    await expect(writeCybermlSample(join(folder, 'mine.txt'))).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
