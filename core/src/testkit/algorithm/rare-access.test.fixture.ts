import { z } from 'zod';
import { accessColumns, type AccessColumns } from '../../contracts/access.ts';
import type { Algorithm, Model, ModelFiles } from '../../contracts/algorithm.ts';
import { batch, rows, type Batch, type Batches } from '../../contracts/columns.ts';
import { defineAlgorithm, type AlgorithmDefinition } from '../../contracts/define.ts';
import { ByomlError } from '../../contracts/errors.ts';
import type { Run } from '../../contracts/run.ts';
import { scopeFolder } from '../../models/scope-folder.ts';
import type { AlgorithmFixture } from './fixture.ts';

/** `scope\0user\0resource` → accesses. */
type Counts = ReadonlyMap<string, number>;

const key = (...parts: readonly string[]): string => parts.join('\0');

async function counted(before: Counts, data: Batches<AccessColumns>, run: Run): Promise<Counts> {
  const counts = new Map(before);
  let done = 0;
  for await (const part of data) {
    run.signal.throwIfAborted();
    for (const { scope, user, resource, count } of rows(part)) {
      counts.set(key(scope, user, resource), (counts.get(key(scope, user, resource)) ?? 0) + count);
      counts.set(key(scope, user), (counts.get(key(scope, user)) ?? 0) + count);
    }
    run.progress({ done: (done += part.length), unit: 'rows' });
  }
  return counts;
}

/** Surprise from the accesses of the user to the resource, and of the user in all. */
const surprise = (pair: number, all: number): number => Math.log(all + 1) - Math.log(pair + 0.5);

function rareModel(counts: Counts): Model<AccessColumns> {
  const scored = (part: Batch<AccessColumns>, erased: boolean): Batch<any> => {
    const answers = [...rows(part)].map(({ scope, user, resource }) => {
      const [pair, all] = [counts.get(key(scope, user, resource)) ?? 0, counts.get(key(scope, user)) ?? 0];
      return { surprise: erased ? surprise(0, all - pair) : surprise(pair, all), status: pair > 0 && !erased ? 'known' : 'scored' };
    });
    return batch<any>({ surprise: Float64Array.from(answers, (answer) => answer.surprise), status: answers.map(({ status }) => status) });
  };
  return {
    async score(part, run) {
      run.signal.throwIfAborted();
      return scored(part, false);
    },
    scoreErased: async (part) => scored(part, true),
    async explain(part) {
      return [...rows(part)].map(({ scope, user, resource }) => {
        const all = Math.log((counts.get(key(scope, user)) ?? 0) + 1);
        const pair = -Math.log((counts.get(key(scope, user, resource)) ?? 0) + 0.5);
        return { explains: 'surprise', exact: true, quantity: 'surprise', total: all + pair, terms: [{ from: { user }, value: all }, { from: { resource }, value: pair }], reasons: [{ kind: 'usual-accesses', sentence: `${user} seldom opens ${resource}.`, facts: {} }], sentence: `${user} seldom opens ${resource}.` };
      });
    },
    refit: async (data, run) => rareModel(await counted(new Map(), data, run)),
    update: async (data, run) => rareModel(await counted(counts, data, run)),
    async save(to) {
      const entries = [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
      for (const scope of new Set(entries.map(([name]) => name.split('\0')[0] as string)))
        await to.write(`scopes/${scopeFolder(scope)}/counts.json`, Buffer.from(JSON.stringify(entries.filter(([name]) => name.startsWith(key(scope, ''))))));
    },
  };
}

const File = z.array(z.tuple([z.string(), z.number().min(0)]));

async function loaded(files: ModelFiles): Promise<Model<AccessColumns>> {
  try {
    const parts = await Promise.all((await files.names()).map(async (name) => File.parse(JSON.parse(Buffer.from(await files.read(name)).toString()))));
    return rareModel(new Map(parts.flat()));
  } catch (cause) {
    throw new ByomlError('MODEL_INVALID', 'not a file of counts', { cause });
  }
}

export type Bug = (correct: Algorithm<AccessColumns>) => Algorithm<AccessColumns>;

/** A small algorithm that can do everything, and what a bug makes of it. */
export const rareAccess = (bug: Bug = (correct) => correct): AlgorithmDefinition<any, AccessColumns> =>
  defineAlgorithm({
    id: 'rare-access',
    summary: 'Resources that a user rarely touches.',
    settings: z.strictObject({ unused: z.number().default(1).describe('Nothing') }),
    input: accessColumns,
    alertUnit: 'pair-day',
    population: 'all',
    statuses: ['known', 'scored'],
    create: () => bug({ fit: async (data, run) => rareModel(await counted(new Map(), data, run)), load: loaded }),
  });

const access = (user: string, resource: string, day: number) => ({ user, resource, day });

export const fixture: AlgorithmFixture<AccessColumns> = {
  training: ['ann', 'bob', 'cid'].flatMap((user, u) => [0, 1, 2].map((day) => access(user, ['hr', 'wiki', 'mail'][u % 2 === 0 ? day % 2 : 2] as string, 20_000 + day))),
  usual: [access('ann', 'hr', 20_003), access('bob', 'mail', 20_004)],
  odd: [access('ann', 'mail', 20_003), access('bob', 'hr', 20_005)],
  can: { explain: true, refit: true, scoreErased: true, update: { asRefit: 1e-9 } },
};
