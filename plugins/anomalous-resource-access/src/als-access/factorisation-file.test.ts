import { isByomlError } from '@byoml/core';
import { randomFrom } from '@byoml/core/random';
import { aRun, memoryFiles } from '@byoml/core/testkit';
import { expect, test } from 'vitest';
import { pack, Packed } from '../graph/binary.ts';
import { compat, create, fitted, scored, type AccessRow } from './als.test.fixture.ts';
import { decodeFactorisation } from './factorisation-file.ts';

const rows: AccessRow[] = [['a', 'x'], ['a', 'y'], ['b', 'x'], ['b', 'z'], ['c', 'z'], ['c', 'y']].map(([user = '', resource = ''], i) => ({ user, resource, count: i + 1 }));
const settings = { ...compat, separateScopes: true, rank: 2, history: [{ user: 'a', resource: 'z' }] };

async function saved(): Promise<Uint8Array> {
  const files = memoryFiles();
  await (await fitted(settings, rows)).save(files, aRun());
  return files.held.get('scopes/s/als.bin') as Uint8Array;
}

interface Parts {
  header: { rank: number; cells: number; history: number; groups: Array<{ scope: string; users: string[]; resources: string[] }> };
  users: Float64Array;
  resources: Float64Array;
  values: Float64Array;
  starts: Int32Array;
  columns: Int32Array;
  observed: Int32Array;
  historyStarts: Int32Array;
  historyColumns: Int32Array;
}

function opened(bytes: Uint8Array): Parts {
  const packed = new Packed('als.bin', 'BYOML-F1', bytes);
  const header = structuredClone(packed.header) as Parts['header'];
  const [users, resources, values] = [packed.floats(6), packed.floats(6), packed.floats(6)];
  return { header, users, resources, values, starts: packed.ints(4), columns: packed.ints(6), observed: packed.ints(6), historyStarts: packed.ints(4), historyColumns: packed.ints(1) };
}

const closed = (parts: Parts): Uint8Array =>
  pack('BYOML-F1', parts.header, [parts.users, parts.resources, parts.values, parts.starts, parts.columns, parts.observed, parts.historyStarts, parts.historyColumns]);

test.each<[string, (parts: Parts) => unknown]>([
  ['number 0 is NaN', ({ users }) => (users[0] = Number.NaN)],
  ['number 1 is -1', ({ resources }) => (resources[1] = -1)],
  ['number 2 is 1e+60', ({ users }) => (users[2] = 1e60)],
  ['number 0 is Infinity', ({ values }) => (values[0] = Number.POSITIVE_INFINITY)],
  ['number 3 is 2', ({ observed }) => (observed[3] = 2)],
  ['do not span', ({ starts }) => (starts[3] = 5)],
  ['row 1 ends before it starts', ({ starts }) => (starts[2] = 1)],
  ['out of order or range', ({ columns }) => (columns[0] = 3)],
  ['out of order or range', ({ columns }) => (columns[1] = 0)],
  ['out of order or range', ({ historyColumns }) => (historyColumns[0] = -1)],
  ['user 1 does not follow', ({ header }) => header.groups[0]?.users.reverse()],
  ['resource 1 does not follow', ({ header }) => header.groups[0]?.resources.fill('x')],
  ['rank', ({ header }) => (header.rank = 0)],
  ['fewer than its header says', ({ header }) => (header.cells = 600_000_000)],
  ['Unrecognized key', ({ header }) => Object.assign(header, { more: 1 })],
])('a file is refused when %s', async (because, damage) => {
  const parts = opened(await saved());
  damage(parts);
  expect(() => decodeFactorisation('als.bin', closed(parts))).toThrow(expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining(because) }));
});

test('a file with a byte changed anywhere is refused or scores finitely', async () => {
  const bytes = await saved();
  const random = randomFrom(20260101);
  for (let mutation = 0; mutation < 300; mutation++) {
    const changed = bytes.slice();
    changed[random.below(bytes.length)] = random.below(256);
    const surprises = await loadedScores(changed);
    expect(surprises === 'refused' || surprises.every(Number.isFinite), `mutation ${mutation}`).toBe(true);
  }
});

async function loadedScores(bytes: Uint8Array): Promise<number[] | 'refused'> {
  try {
    const model = await create(settings).load(memoryFiles(new Map([['scopes/s/als.bin', bytes]])), aRun());
    return (await scored(model, [...rows, { user: 'new', resource: 'x' }, { user: 'a', resource: 'z' }])).surprise;
  } catch (thrown) {
    if (isByomlError(thrown)) return 'refused';
    throw thrown;
  }
}

test.each(['scopes/s61/als.bin', 'joint/als.bin', 'als.bin', 'scopes/s/other.bin'])('a file named %s is refused', async (name) => {
  const files = memoryFiles(new Map([[name, await saved()]]));
  await expect(create(settings).load(files, aRun())).rejects.toMatchObject({ code: 'MODEL_INVALID' });
});
