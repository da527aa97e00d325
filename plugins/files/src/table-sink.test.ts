import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batch, dictionary, z, type Engine, type SinkDefinition } from '@byoml/core';
import { aRun, fakeServices, memoryEngine, replay, sinkChecks } from '@byoml/core/testkit';
import { expect, test } from 'vitest';
import { tableSink } from './table-sink.ts';

const columns = { user: z.string(), score: z.number(), hosts: z.array(z.string()).optional() };
const services = (): { readonly engine: Engine } => ({ engine: memoryEngine() });
// It takes any table, so its own columns say nothing about these.
const definition = tableSink as unknown as SinkDefinition<any, typeof columns>;

const checks = sinkChecks(definition, {
  columns,
  rows: [{ user: 'DOM\\ann', score: 1.5, hosts: ['a', 'b'] }, { user: 'bob', score: 2 }, { user: 'cid', score: 0 }],
  unreachable: { path: join(tmpdir(), 'no-such-folder-of-byoml', 'out.jsonl') },
  async open() {
    const folder = await mkdtemp(join(tmpdir(), 'byoml-sink-'));
    const path = join(folder, 'out.jsonl');
    return {
      settings: { path },
      services: services(),
      read: async () => (await readFile(path, 'utf8')).split('\n').filter(Boolean).map((line) => JSON.parse(line) as object),
      leftovers: async () => (await readdir(folder)).filter((name) => name !== 'out.jsonl'),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
    };
  },
});
for (const { name, run } of checks) test(name, run);

test('`{run}` in the path gives each run a file of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'byoml-sink-'));
  const sink = tableSink.create(z.parse(tableSink.settings, { path: join(folder, 'of-{run}.jsonl') }), fakeServices(tableSink.needs, services()));
  for (const id of ['a', 'b', 'b']) await sink.write(replay(batch({ user: dictionary([id]) })), aRun({ id }));
  expect((await readdir(folder)).sort()).toEqual(['of-a.jsonl', 'of-b.jsonl']);
  await rm(folder, { recursive: true });
});

const appending = (path: string) => tableSink.create(z.parse(tableSink.settings, { path, mode: 'append' }), fakeServices(tableSink.needs, services()));

test.each(['out.parquet', 'out.jsonl.gz'])('%s cannot be added to', (name) => {
  expect(() => appending(name)).toThrow(/"mode": only uncompressed/);
});
