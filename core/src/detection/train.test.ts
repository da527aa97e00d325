import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ByomlError } from '../contracts/errors.ts';
import { scopeFolder } from '../models/scope-folder.ts';
import { randomFrom } from '../random/index.ts';
import type { Progress } from '../contracts/run.ts';
import type { AlgorithmComponent } from './component.ts';
import { explain } from './explain.ts';
import { popularity, type PopularityOptions } from './fakes/popularity.ts';
import { fakeRelation, fakeRun, type FakeColumns } from './fakes/relation.ts';
import { openTrained, saveTrained } from './model-folder.ts';
import { score } from './score.ts';
import { train, type TrainingRequest } from './train.ts';

const code = { core: '0.1.0', plugin: '0.1.0' };

function accesses(users: number, each: number, resources: number, scope = ''): FakeColumns {
  const random = randomFrom(5);
  const rows = Array.from({ length: users * each }, (_, i) => [`${scope}`, `u${Math.floor(i / each)}`, `r${Math.floor(resources * random.next() ** 2)}`] as const);
  return { scope: rows.map((row) => row[0]), user: rows.map((row) => row[1]), resource: rows.map((row) => row[2]) };
}

const request = (columns: FakeColumns, options: PopularityOptions = {}, over: Partial<TrainingRequest> = {}): TrainingRequest => ({
  ...popularity(options),
  settings: {},
  relation: fakeRelation(columns, 37),
  seed: 7,
  run: fakeRun(),
  code,
  ...over,
});

const made: string[] = [];
afterAll(() => Promise.all(made.map((path) => rm(path, { recursive: true }))));

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'byoml-train-'));
  made.push(path);
  return join(path, 'model');
}

async function scoredRows(columns: FakeColumns, trained: Pick<Awaited<ReturnType<typeof train>>, 'model' | 'calibration'>): Promise<{ rows: Record<string, unknown>[]; byStatus: object }> {
  const scored = await score({ component: popularity(), ...trained, relation: fakeRelation(columns, 11), run: fakeRun() });
  const rows: Record<string, unknown>[] = [];
  for await (const { length, columns: answered } of scored.batches) {
    const named = answered as Record<string, { at(row: number): unknown }>;
    for (let row = 0; row < length; row++) rows.push(Object.fromEntries(Object.entries(named).map(([name, column]) => [name, column.at(row)])));
  }
  return { rows, byStatus: scored.byStatus() };
}

test.each([{ erased: true }, { erased: false }])('undated data trains, calibrates provisionally and gives every row a p-value in (0, 1] (%o)', async (options) => {
  const trained = await train(request(accesses(30, 12, 60), options));
  expect(trained).toMatchObject({ rows: 360, calibrated: true, provisional: true });
  const { rows } = await scoredRows({ user: ['u1', 'u1', 'nobody'], resource: ['r0', 'never', 'r0'] }, trained);
  expect(rows.map(({ status }) => status)).toEqual(['known', 'new-resource', 'new-user']);
  expect(rows[0]).toMatchObject({ pValue: 1, score: 0 });
  for (const { pValue, score: value } of rows.slice(1)) {
    expect(pValue).toBeGreaterThan(0);
    expect(pValue).toBeLessThanOrEqual(1);
    expect(value).toBe(100 * (1 - (pValue as number)));
  }
});

test('without anything to hold out, train succeeds with a warning and score gives empty cells beside a surprise', async () => {
  const warned: string[] = [];
  const trained = await train(request(accesses(5, 2, 4), {}, { log: { info: () => {}, warn: (message) => void warned.push(message) } }));
  expect(trained).toMatchObject({ calibrated: false, provisional: false, calibration: null });
  expect(warned.join()).toContain('nothing to calibrate on');
  const { rows, byStatus } = await scoredRows({ user: ['u1', 'new'], resource: ['r0', 'r0'] }, trained);
  expect(rows.every(({ surprise, score: value, pValue }) => Number.isFinite(surprise) && Number.isNaN(value) && Number.isNaN(pValue))).toBe(true);
  expect(byStatus).toEqual({ known: 1, 'new-user': 1 });
});

test('a saved model scores and explains as the trained one', async () => {
  const data = accesses(30, 12, 60);
  const trained = await train(request(data));
  const dir = await folder();
  const { digest, manifest } = await saveTrained(dir, trained, popularity(), fakeRun());
  const opened = await openTrained(dir, async () => popularity(), fakeRun());
  expect(opened.digest).toBe(digest);
  expect(manifest).toMatchObject({ rows: 360, users: 30, window: null, calibrated: true, provisional: true, code });
  expect(await scoredRows(data, opened)).toEqual(await scoredRows(data, trained));
  const asked = { user: ['u1', 'u2'], resource: ['r0', 'new'] };
  const [row] = await explain({ ...opened, relation: fakeRelation(asked), rows: [2], run: fakeRun() });
  expect(row).toMatchObject({ row: 2, values: { user: 'u2', resource: 'new' }, status: 'new-resource', explanation: { sentence: 'Few use it.' } });
  expect(row?.comparedWith).toBeGreaterThan(0);
  expect(1 / (row?.pValue ?? 0)).toBeLessThanOrEqual((row?.comparedWith ?? 0) + 1);
  expect(row?.context).toMatch(/^1 in \d+ new accesses$/);
  await expect(explain({ ...opened, relation: fakeRelation(asked), rows: [3], run: fakeRun() })).rejects.toMatchObject({ code: 'ROW_UNKNOWN' });
});

test('no rows are an error, and an algorithm without fit is refused', async () => {
  await expect(train(request({ user: [], resource: [] }))).rejects.toMatchObject({ code: 'DATA_EMPTY' });
  await expect(train(request(accesses(3, 3, 3), {}, { algorithm: { load: async () => Promise.reject(new ByomlError('MODEL_INVALID', '')) } }))).rejects.toMatchObject({ code: 'TRAINING_UNSUPPORTED' });
});

test.each<[string, AlgorithmComponent['algorithm']['fit'], object, string]>([
  ['throws', () => Promise.reject(new Error('bad day')), {}, 'COMPONENT_FAILED'],
  ['never ends', () => new Promise(() => {}), { wallMs: 5 }, 'COMPONENT_TIMED_OUT'],
  ['returns no model', async () => ({}) as never, {}, 'COMPONENT_FAILED'],
])('a fit that %s fails by its name', async (_, fit, capabilities, code) => {
  const { algorithm } = popularity();
  await expect(train(request(accesses(9, 9, 9), {}, { algorithm: { ...algorithm, fit: fit as never }, capabilities }))).rejects.toMatchObject({ code, details: { component: 'fake/popularity' } });
});

test('a signal ends a training whose fit ignores it', async () => {
  const stop = new AbortController();
  const reason = new Error('enough');
  const fit = (): Promise<never> => (stop.abort(reason), new Promise(() => {}));
  await expect(train(request(accesses(9, 9, 9), {}, { algorithm: { ...popularity().algorithm, fit }, run: fakeRun({ signal: stop.signal }) }))).rejects.toBe(reason);
});

test.each<[string, unknown, string]>([
  ['two explanations', [{}, {}], 'ROWS_MISALIGNED'],
  ['none', undefined, 'ROWS_MISALIGNED'],
  ['no explanation', [{ sentence: 'because' }], 'COMPONENT_FAILED'],
])('a model that explains a row by %s fails by its name', async (_, answered, code) => {
  const trained = await train(request(accesses(9, 9, 9)));
  const model = { ...trained.model, explain: async () => answered as never };
  await expect(explain({ component: popularity(), ...trained, model, relation: fakeRelation({ user: ['u'], resource: ['r'] }), rows: [1], run: fakeRun() })).rejects.toMatchObject({ code });
});

test('progress only grows within a unit', async () => {
  const last = new Map<string, number>();
  const progress = ({ done, unit }: Progress): void => {
    expect(done).toBeGreaterThanOrEqual(last.get(unit) ?? 0);
    last.set(unit, done);
  };
  await train(request(accesses(30, 12, 60), {}, { run: fakeRun({ progress }) }));
  expect([...last.keys()]).toEqual(['rows read', 'calibration rows']);
});

test('scope A has the same digest with and without scope B of the same user names', async () => {
  const a = accesses(30, 12, 60, 'a');
  const b = accesses(20, 9, 40, 'b');
  const both = Object.fromEntries(Object.keys(a).map((name) => [name, [...(b[name] as string[]), ...(a[name] as string[])]]));
  for (const erased of [true, false]) {
    const [alone, together] = await Promise.all([a, both].map(async (data) => (await saveTrained(await folder(), await train(request(data, { erased })), popularity(), fakeRun())).manifest));
    expect(alone?.scopes[scopeFolder('a')]).toMatch(/^[0-9a-f]{64}$/);
    expect(together?.scopes[scopeFolder('a')]).toBe(alone?.scopes[scopeFolder('a')]);
    expect(Object.keys(together?.scopes ?? {})).toHaveLength(2);
  }
});

test.each([
  ['one user', { user: ['u', 'u', 'u'], resource: ['a', 'b', 'c'] }, 'one user'],
  ['one resource', { user: ['a', 'b', 'c'], resource: ['r', 'r', 'r'] }, 'one resource'],
  ['constant counts', { user: ['a', 'b', 'c'], resource: ['r', 's', 't'], count: Float64Array.of(2, 2, 2) }, 'all counts are equal'],
  ['a handful of rows', accesses(5, 8, 40), 'calibration rows'],
])('%s train with a warning that says so', async (_, columns, warning) => {
  const { warnings } = await train(request(columns as FakeColumns));
  expect(warnings.join('\n')).toContain(warning);
});

test('the same training gives the same digest; batch cuts do not matter; another row does', async () => {
  const data = accesses(20, 8, 30);
  const digests = await Promise.all([37, 5].map(async (cut) => (await saveTrained(await folder(), await train(request(data, {}, { relation: fakeRelation(data, cut) })), popularity(), fakeRun())).digest));
  expect(digests[0]).toBe(digests[1]);
  const other = await train(request({ ...data, user: [...(data['user'] as string[]).slice(1), 'someone'] }));
  expect(other.manifest.data.digest).not.toBe((await train(request(data))).manifest.data.digest);
});
