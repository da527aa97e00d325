import { expect, test } from 'vitest';
import type { EngineDefinition } from '../contracts/define.ts';
import type { Engine, Relation } from '../contracts/engine.ts';
import { broken } from './check.ts';
import { engineChecks } from './engine.ts';
import { memoryEngineDefinition } from './fakes/memory-engine.ts';

const fixture = { formats: ['jsonl'], sql: false } as const;

test('the engine in memory keeps every promise that needs no SQL', async () => {
  expect(await broken(engineChecks(memoryEngineDefinition, fixture))).toEqual(new Map());
});

/** The engine in memory with every relation changed. */
const changed = (change: (relation: Relation) => Partial<Relation>): EngineDefinition => {
  const wrap = (relation: Relation): Relation => {
    const bound: Relation = {
      columns: relation.columns,
      view: (view, settings, run) => relation.view(view, settings, run),
      project: async (columns, run) => wrap((await relation.project(columns, run)) as unknown as Relation) as never,
      batches: (run) => relation.batches(run),
      count: () => relation.count(),
      append: async (columns, run) => wrap(await relation.append(columns, run)),
      write: (path, format, run) => relation.write(path, format, run),
    };
    return { ...bound, ...change(relation) };
  };
  const create = async (): Promise<Engine> => {
    const engine = (await memoryEngineDefinition.create({}, {})) as Engine;
    return { dialect: engine.dialect, trainers: {}, open: async (scan, run) => wrap(await engine.open(scan, run)), [Symbol.asyncDispose]: async () => {} };
  };
  return { ...memoryEngineDefinition, create };
};

const bugs: Record<string, { readonly bug: Parameters<typeof changed>[0]; readonly turns: string }> = {
  'loses the order of rows': {
    bug: (relation) => ({ async *batches(run) { const parts = []; for await (const part of relation.batches(run)) parts.unshift(part); yield* parts; } }),
    turns: 'gives batches back row for row, in order, as often as asked',
  },
  'a dictionary for each batch': {
    bug: (relation) => ({ async *batches(run) { for await (const part of relation.batches(run)) { const user = part.columns['user'] as any; yield { ...part, columns: { ...part.columns, ...(user && { user: Object.assign(Object.create(Object.getPrototypeOf(user) as object) as object, { codes: user.codes, dictionary: [...user.dictionary] }) }) } } as never; } } }),
    turns: 'gives text as codes into one dictionary for all batches, numbers as typed arrays',
  },
  'swallows missing columns': { bug: (relation) => ({ project: async (columns, run) => ('resource' in columns ? relation : relation.project(columns, run)) as never }), turns: 'names a column that is missing' },
  'counts wrongly': { bug: (relation) => ({ count: async () => (await relation.count()) + 1 }), turns: 'takes a table without rows' },
};

test.each(Object.entries(bugs))('an engine that %s turns its check red', async (_name, { bug, turns }) => {
  expect([...(await broken(engineChecks(changed(bug), fixture))).keys()]).toContain(turns);
});
