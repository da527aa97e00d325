import { accessColumns, batch, ByomlError, defineAlgorithm, dictionary, scopeFolder, z, type AccessColumns, type Algorithm, type AlgorithmDefinition, type Batch, type Batches, type Model, type ModelFiles, type Run } from '@byoml/core';
import { algorithmChecks, aRun, broken, type AlgorithmFixture } from '@byoml/core/testkit';
import { describe, expect, test } from 'vitest';

/** Per scope: user → resource → accesses. */
type Counts = Map<string, Map<string, Map<string, number>>>;
type In = AccessColumns;

const within = <K, V>(map: Map<K, V>, key: K, make: () => V): V => map.get(key) ?? map.set(key, make()).get(key)!;

function* keys({ columns, length }: Batch<In>): Iterable<{ row: number; scope: string; user: string; resource: string }> {
  const [scopes, users, resources] = [dictionary(columns.scope), dictionary(columns.user), dictionary(columns.resource)];
  for (let row = 0; row < length; row++) yield { row, scope: scopes.at(row) ?? '', user: users.at(row) ?? '', resource: resources.at(row) ?? '' };
}

async function count(data: Batches<In>, run: Run): Promise<Counts> {
  const counts: Counts = new Map();
  let done = 0;
  for await (const part of data) {
    run.signal.throwIfAborted();
    for (const { row, scope, user, resource } of keys(part)) {
      const held = within(within(counts, scope, () => new Map()), user, () => new Map<string, number>());
      held.set(resource, (held.get(resource) ?? 0) + (part.columns.count.at(row) ?? 1));
    }
    run.progress({ done: (done += part.length), unit: 'rows' });
  }
  return counts;
}

function scored(counts: Counts, part: Batch<In>): Batch<any> {
  const surprise = new Float64Array(part.length);
  for (const { row, scope, user, resource } of keys(part)) {
    const held = counts.get(scope)?.get(user) ?? new Map<string, number>();
    const total = [...held.values()].reduce((sum, value) => sum + value, 0);
    surprise[row] = -Math.log(((held.get(resource) ?? 0) + 0.5) / (total + 1));
  }
  return batch<any>({ surprise, status: Array.from({ length: part.length }, () => 'scored' as const) });
}

const File = z.strictObject({ scope: z.string(), counts: z.array(z.tuple([z.string(), z.string(), z.number().min(0)])) });

const model = (counts: Counts): Model<In> => ({
  async score(part, run) {
    run.signal.throwIfAborted();
    return scored(counts, part);
  },
  async save(to) {
    for (const [scope, users] of counts) {
      const listed = [...users].flatMap(([user, held]) => [...held].map(([resource, times]) => [user, resource, times])).sort((a, b) => (String(a) < String(b) ? -1 : 1));
      await to.write(`scopes/${scopeFolder(scope)}/counts.json`, Buffer.from(JSON.stringify({ scope, counts: listed })));
    }
  },
});

async function read(files: ModelFiles): Promise<Counts> {
  const counts: Counts = new Map();
  for (const name of await files.names()) {
    const text = Buffer.from(await files.read(name)).toString();
    const parsed = File.safeParse(z.string().transform((held, context) => { try { return JSON.parse(held) as unknown; } catch { context.addIssue('not JSON'); return z.NEVER; } }).safeParse(text).data);
    if (!parsed.success) throw new ByomlError('MODEL_INVALID', `${name}: not a list of counts`);
    for (const [user, resource, times] of parsed.data.counts) within(within(counts, parsed.data.scope, () => new Map()), user, () => new Map()).set(resource, times);
  }
  return counts;
}

type Bug = (correct: Algorithm<In>) => Algorithm<In>;

/** A small correct algorithm: the rarer a resource is among a user's accesses, the odder; and what a bug makes of it. */
const rareAccess = (bug: Bug = (correct) => correct): AlgorithmDefinition<any, In> =>
  defineAlgorithm({
    id: 'rare-access', summary: 'Resources that a user rarely touches.', settings: z.strictObject({}), input: accessColumns, alertUnit: 'pair-day', population: 'all',
    create: () => bug({ fit: async (data, run) => model(await count(data, run)), load: async (files) => model(await read(files)) }),
  });

const everyModel = (change: (correct: Model<In>) => Partial<Model<In>>): Bug => (correct) => {
  const changed = (honest: Model<In>): Model<In> => ({ ...honest, ...change(honest) });
  return { fit: async (data, run) => changed(await correct.fit!(data, run)), load: async (files, run) => changed(await correct.load(files, run)) };
};

/** Every surprise changed, knowing the row's index, the batch and all surprises. */
const everySurprise = (change: (value: number, row: number, part: Batch<In>, all: Float64Array) => number): Bug =>
  everyModel((correct) => ({
    async score(part, run) {
      const { columns } = await correct.score(part, run);
      const all = columns['surprise'] as unknown as Float64Array;
      return batch<any>({ ...columns, surprise: all.map((value, row) => change(value, row, part, all)) });
    },
  }));

const days = ({ columns }: Batch<In>): Int32Array => Int32Array.from(columns.day ?? []);
const deaf = (run: Run): Run => aRun({ ...run, signal: new AbortController().signal });
const known = ['ann', 'bob', 'cid'];

const order = 'scores the same in any order of rows';
const cuts = 'scores the same wherever batches are cut';

interface Seeded {
  readonly bug: Bug;
  /** The check that names this bug. */
  readonly turns: string;
  /** Other checks that cannot hold once this bug is there. */
  readonly implies: readonly string[];
  /** How long the kit waits for a bug that never ends. */
  readonly patienceMs?: number;
}

const bugs: Record<string, Seeded> = {
  'row order': { bug: everySurprise((value, row) => value + row / 1000), turns: order, implies: [cuts] },
  'batch cut': { bug: everySurprise((value, _row, _part, all) => value / Math.max(...all)), turns: cuts, implies: [] },
  'NaN': {
    bug: everySurprise((value, row, part) => (known.includes(part.columns.user.at(row) ?? '') ? value : Number.NaN)),
    turns: 'stays finite on names it never saw', implies: [],
  },
  'mutated input': {
    bug: everyModel((correct) => ({ score: async (part, run) => ((part.columns.count as Float64Array)[0] = -1, correct.score(part, run)) })),
    turns: 'leaves the rows it scores unchanged', implies: [],
  },
  'lost state': { bug: (correct) => ({ ...correct, load: async (files) => model(new Map([...(await read(files))].slice(1))) }), turns: 'scores the same after being saved and loaded', implies: ['saves the same bytes twice'] },
  'ignores stop': {
    bug: (correct) => ({ ...correct, fit: (data, run) => correct.fit!(data, deaf(run)) }),
    turns: 'stops learning when told', implies: [], patienceMs: 300,
  },
  'constant score': { bug: everySurprise(() => 1), turns: 'does not answer a constant', implies: ['ranks the odd above the usual'] },
  'leaks time': { bug: everySurprise((value, row, part) => value + (Math.max(...days(part)) - (days(part)[row] ?? 0)) / 1000), turns: 'scores a day without the days after it', implies: [cuts] },
};

const access = (user: string, resource: string, day: number) => ({ user, resource, day });
const fixture: AlgorithmFixture<In> = {
  training: known.flatMap((user, u) => [0, 1, 2].map((day) => access(user, ['hr', 'wiki', 'mail'][u % 2 === 0 ? day % 2 : 2]!, 20_000 + day))),
  usual: [access('ann', 'hr', 20_003), access('bob', 'mail', 20_004)],
  odd: [access('ann', 'mail', 20_003), access('bob', 'hr', 20_005)],
};

test('the correct algorithm keeps every promise', async () => {
  const checks = [...algorithmChecks(rareAccess(), fixture)];
  expect(await broken(checks)).toEqual(new Map());
  expect(checks.length).toBeGreaterThan(20);
});

describe('a seeded bug turns its named check red, and others only as declared', () => {
  test.each(Object.entries(bugs))('%s', async (_name, { bug, turns, implies, patienceMs = 5000 }) => {
    expect([...(await broken(algorithmChecks(rareAccess(bug), { ...fixture, patienceMs }))).keys()].sort()).toEqual([turns, ...implies].sort());
  });
});

test('every check of the kit has its own name', () => {
  const names = [...algorithmChecks(rareAccess(), fixture)].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
