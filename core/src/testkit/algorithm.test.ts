import { expect, test } from 'vitest';
import { z } from 'zod';
import type { AccessColumns } from '../contracts/access.ts';
import type { Model } from '../contracts/algorithm.ts';
import { dictionary } from '../contracts/dictionary.ts';
import { batch, rows, type Batch } from '../contracts/columns.ts';
import type { Explanation } from '../contracts/explanation.ts';
import type { Run } from '../contracts/run.ts';
import { algorithmChecks } from './algorithm.ts';
import { fixture, rareAccess, type Bug } from './algorithm/rare-access.test.fixture.ts';
import { broken } from './check.ts';
import { memoryFiles } from './fakes/model-files.ts';
import { aRun } from './fakes/run.ts';
import { replay, table } from './table.ts';

test('a correct algorithm that can do everything keeps every promise', async () => {
  expect(await broken(algorithmChecks(rareAccess(), fixture))).toEqual(new Map());
});

type Change = (model: Model<AccessColumns>) => Partial<Model<AccessColumns>>;

const everyModel = (change: Change): Bug => (correct) => {
  const changed = (model: Model<AccessColumns>): Model<AccessColumns> => ({ ...model, ...change(model) });
  return { fit: async (data, run) => changed(await (correct.fit?.(data, run) as Promise<Model>)), load: async (files, run) => changed(await correct.load(files, run)) };
};

const everySurprise = (change: (value: number, row: Record<string, unknown>) => number): Bug =>
  everyModel((model) => ({
    async score(part, run) {
      const { columns } = await model.score(part, run);
      const all = [...rows(part)];
      return batch<any>({ ...columns, surprise: (columns['surprise'] as Float64Array).map((value, i) => change(value, all[i] as never)) });
    },
  }));

const explained = async (model: Model<AccessColumns>, part: Batch<AccessColumns>, run: Run): Promise<readonly Explanation[]> => (await model.explain?.(part, run)) ?? [];

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);
const everyFit = (write: (rowsSeen: Array<Record<string, unknown>>, seed: number, codes: number[]) => string): Bug => (correct) => ({
  ...correct,
  async fit(data, run) {
    const seen: Array<Record<string, unknown>> = [];
    const codes: number[] = [];
    for await (const part of data) {
      run.signal.throwIfAborted();
      seen.push(...(rows(part) as Iterable<never>));
      codes.push(...dictionary(part.columns.user).codes);
    }
    const model = await (correct.fit?.(replay(table(rareAccess().input, seen as never)), run) as Promise<Model>);
    return { ...model, save: async (to, by) => { await model.save(to, by); await to.write('extra.txt', encoded(write(seen, run.seed, codes))); } };
  },
});

let uses = 0;
const bugs: Record<string, { readonly bug: Bug; readonly turns: string }> = {
  'an undeclared status': { bug: everyModel((model) => ({ score: async (part, run) => batch<any>({ ...(await model.score(part, run)).columns, status: Array.from({ length: part.length }, () => 'unconnected') }) })), turns: 'answers the columns it declares, finite, with its statuses' },
  'an undeclared column': { bug: everyModel((model) => ({ score: async (part, run) => batch<any>({ ...(await model.score(part, run)).columns, extra: new Float64Array(part.length) }) })), turns: 'answers the columns it declares, finite, with its statuses' },
  'a row too few': { bug: everyModel((model) => ({ score: async (part, run) => model.score({ ...part, length: Math.max(0, part.length - 1) }, run) })), turns: 'answers one row per row' },
  'dictionary codes in the file': { bug: everyFit((_seen, _seed, codes) => codes.join()), turns: 'learns the same bytes from another copy of the data' },
  'randomness without the seed': { bug: everyFit(() => String(uses++)), turns: 'learns the same bytes from the same seed' },
  'names of another scope outside its files': { bug: everyFit((seen) => seen.map((row) => row['user']).join()), turns: 'keeps the names of a scope in its own files' },
  'scores that see other scopes': {
    bug: (correct) => ({ ...correct, async fit(data, run) {
      let all = 0;
      const watched = { async *[Symbol.asyncIterator]() { for await (const part of data) { all += part.length; yield part; } } };
      const model = await (correct.fit?.(watched, run) as Promise<Model>);
      const seen = all;
      return { ...model, score: async (part, by) => { const { columns } = await model.score(part, by); return batch<any>({ ...columns, surprise: (columns['surprise'] as unknown as Float64Array).map((value) => value + seen) }); } };
    } }),
    turns: 'scores a scope as if there were no other',
  },
  'progress that goes back': { bug: (correct) => ({ ...correct, fit: (data, run) => { let left = 100; return correct.fit?.(data, { ...run, progress: () => run.progress({ done: left--, unit: 'rows' }) }) as Promise<Model>; } }), turns: 'reports progress that only grows' },
  'no progress at all': { bug: (correct) => ({ ...correct, fit: (data, run) => correct.fit?.(data, { ...run, progress: () => {} }) as Promise<Model> }), turns: 'reports progress that only grows' },
  'steps that hear no stop': { bug: (correct) => ({ ...correct, async fit(data, run) { const model = await (correct.fit?.(data, run) as Promise<Model>); for (let done = 1; done <= 5; done++) run.progress({ done, total: 5, unit: 'steps' }); return model; } }), turns: 'stops between its own steps when told' },
  'a deaf score': { bug: everyModel((model) => ({ score: (part) => model.score(part, aRun()) })), turns: 'stops scoring when told' },
  'damaged files that load as nothing known': {
    bug: (correct) => ({ ...correct, async load(files, run) { try { return await correct.load(files, run); } catch { const model = await correct.load(memoryFiles(), run); return { ...model, score: async (part, by) => batch<any>({ ...(await model.score(part, by)).columns, surprise: new Float64Array(part.length).fill(Number.NaN) }) }; } } }),
    turns: 'refuses damaged files, or stays finite',
  },
  'a foreign error for damaged files': { bug: (correct) => ({ ...correct, load: (files, run) => correct.load(files, run).catch(() => { throw new TypeError('undefined is not a function'); }) }), turns: 'refuses damaged files, or stays finite' },
  'terms that miss a part': { bug: everyModel((model) => ({ explain: async (part, run) => (await explained(model, part, run)).map((explained) => ({ ...explained, terms: explained.terms.slice(1) })) })), turns: 'explains every row with terms that sum to the total' },
  'sentences of the whole batch': { bug: everyModel((model) => ({ explain: async (part, run) => (await explained(model, part, run)).map((explained) => ({ ...explained, sentence: `One of ${part.length}.` })) })), turns: 'explains the same row the same way alone and after loading' },
  'an update that forgets': { bug: everyModel(() => ({ update: async (data, run) => (await (rareAccess().create({}, {}).fit?.(data, run) as Promise<Model>)) })), turns: 'updates as if it had learned everything at once' },
  'an update of itself': { bug: (correct) => ({ ...correct, fit: async (data, run) => { let model = await (correct.fit?.(data, run) as Promise<Model>); return { ...model, score: (part, by) => model.score(part, by), save: (to, by) => model.save(to, by), update: async (more, by) => (model = await (model.update?.(more, by) as Promise<Model>)) }; } }), turns: 'leaves the old model unchanged by an update' },
  'a refit that keeps what it knew': { bug: everyModel((model) => ({ refit: async (data, run) => (await model.update?.(data, run)) as Model })), turns: 'knows after a refit what it was given, and nothing else' },
  'a refit that learns twice': { bug: everyModel((model) => ({ refit: async (data, run) => (await (await (model.refit as NonNullable<Model['refit']>)(data, run)).update?.(data, run)) as Model })), turns: 'learns the same bytes again from the same rows' },
  'an erased score that knows the pair': { bug: everyModel((model) => ({ scoreErased: (part, run) => model.score(part, run) })), turns: 'scores a learned pair as if it had never been seen' },
};

test.each(Object.entries(bugs))('%s turns its check red', async (_name, { bug, turns }) => {
  expect([...(await broken(algorithmChecks(rareAccess(bug), fixture))).keys()]).toContain(turns);
});

test('surprise that depends on the order of training rows turns its check red', async () => {
  const bug: Bug = (correct) => ({ ...correct, async fit(data, run) {
    let last = 0;
    const watched = { async *[Symbol.asyncIterator]() { for await (const part of data) { last = (part.columns.day as Int32Array | undefined)?.at(-1) ?? 0; yield part; } } };
    const model = await (correct.fit?.(watched, run) as Promise<Model>);
    const kept = last % 7;
    return { ...model, score: async (part, by) => { const { columns } = await model.score(part, by); return batch<any>({ ...columns, surprise: (columns['surprise'] as unknown as Float64Array).map((value) => value + kept) }); } };
  } });
  expect([...(await broken(algorithmChecks(rareAccess(bug), fixture))).keys()]).toContain('learns the same from rows in any order');
});

test('a fixture that is silent about an ability, or promises one, turns its check red', async () => {
  const { explain: _, ...less } = fixture.can ?? {};
  expect([...(await broken(algorithmChecks(rareAccess(), { ...fixture, can: less }))).keys()]).toEqual(['can do exactly what its fixture says']);
});

test.each([
  ['an id', { id: 'Rare Access' }, 'has an id of lower-case words and a summary of one line'],
  ['a long summary', { summary: 'x'.repeat(121) }, 'has an id of lower-case words and a summary of one line'],
  ['a profile', { profiles: { odd: { unused: 'x' } } }, 'has profiles that are valid settings'],
] as const)('%s that does not fit turns its check red', async (_name, over, turns) => {
  expect([...(await broken(algorithmChecks({ ...rareAccess(), ...over } as never, fixture))).keys()]).toEqual([turns]);
});

test('settings that are loose or undescribed turn their checks red', async () => {
  const settings = z.object({ deep: z.object({ k: z.number().default(1) }).prefault({}).describe('x') });
  expect([...(await broken(algorithmChecks({ ...rareAccess(), settings }, fixture))).keys()]).toEqual(['describes every setting', 'accepts valid settings and refuses unknown ones']);
});

test('a worthless detector does not beat its coin, and an unusable fixture is refused', async () => {
  const flipped = everySurprise((value) => -value);
  expect([...(await broken(algorithmChecks(rareAccess(flipped), fixture))).keys()]).toContain('ranks the odd above the usual');
  expect(() => [...algorithmChecks(rareAccess(), { ...fixture, training: [] })]).toThrow(/four training rows/);
  expect(() => [...algorithmChecks(rareAccess(), { ...fixture, odd: [{ user: '', resource: 'x' }] })]).toThrow(/row 1 of the fixture: user/);
});
