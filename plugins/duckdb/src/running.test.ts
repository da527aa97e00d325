import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accessColumns, batch, defineView, z, type Progress, type Run } from '@byoml/core';
import { aRun, inFolder, replay } from '@byoml/core/testkit';
import { expect, test } from 'vitest';
import { duckdb } from './engine.ts';
import { fileOf, scanOf, thrown, withEngine } from './rig.test.support.ts';

const slow = defineView({
  id: 'slow', summary: '', settings: z.strictObject({}), table: 'T', columns: { user: z.string() }, where: [], output: { n: z.number() },
  sql: () => 'SELECT count(*) AS n FROM source, range(100000000) a(i), range(1000) b(j) WHERE hash(i + j) = 0',
});

test('a running query stops when told', async () => {
  await withEngine(async (engine, folder) => {
    const controller = new AbortController();
    const relation = await engine.open(await scanOf(folder, { 't.jsonl': '{"user":"ann"}\n' }), aRun());
    // The first report of progress shows that the query runs.
    const run: Run = aRun({ signal: controller.signal, progress: () => controller.abort() });
    const stop = setTimeout(() => controller.abort(), 1500);
    expect(await thrown(relation.view(slow, {}, run))).toBe('CANCELLED: the run was stopped');
    clearTimeout(stop);
  });
});

test('a stop while reading, encoding or writing is CANCELLED, and nothing is left behind', async () => {
  await withEngine(async (engine, folder) => {
    const raw = await engine.open(await scanOf(folder, { 't.csv': 'user,resource\nann,a\n' }), aRun());
    const stopped = aRun({ signal: AbortSignal.abort() });
    await writeFile(join(folder, 'out.csv'), 'old');
    expect(await thrown(raw.project(accessColumns, stopped))).toContain('CANCELLED');
    expect(await thrown(raw.write(join(folder, 'out.csv'), 'csv', stopped))).toContain('CANCELLED');
    expect(await thrown(engine.open({ kind: 'batches', name: 'b', batches: replay(batch({ a: new Float64Array(1) })) }, stopped))).toContain('CANCELLED');
    expect(await readFile(join(folder, 'out.csv'), 'utf8')).toBe('old');
    expect((await readdir(folder)).sort()).toEqual(['out.csv', 't.csv', 'temp']);
  });
});

const rows = 1_500_000;
const wide = batch({ user: Array.from({ length: 1000 }, (_, i) => `user-${i}-${'x'.repeat(60)}`), n: Float64Array.from({ length: 1000 }, (_, i) => i) });

test('results larger than the memory limit spill to the temporary folder and come out whole', async () => {
  await withEngine(
    async (engine, folder) => {
      const raw = await engine.open({ kind: 'batches', name: 'b', batches: replay(...Array.from({ length: rows / 1000 }, () => wide)) }, aRun());
      const relation = await raw.project({ user: z.string(), n: z.number() }, aRun());
      const seen = { rows: 0, sum: 0, ordered: true };
      for await (const { length, columns } of relation.batches(aRun())) {
        const n = columns.n as Float64Array;
        for (let i = 0; i < length; i++) seen.ordered &&= n[i] === (seen.rows + i) % 1000;
        seen.rows += length;
        seen.sum += n.reduce((sum, one) => sum + one, 0);
      }
      expect(seen).toEqual({ rows, sum: (rows / 1000) * 499_500, ordered: true });
      expect(await relation.write(join(folder, 'out.parquet'), 'parquet', aRun())).toEqual({ rows });
    },
    { memoryLimit: '64MB', threads: 2 },
  );
});

test('what neither memory nor disk can hold is MEMORY_EXCEEDED', async () => {
  const hungry = defineView({ ...slow, id: 'hungry', output: { n: z.array(z.number()) }, sql: () => 'SELECT list(i + random()) AS n FROM source, range(30000000) a(i)' });
  await withEngine(
    async (engine, folder) => {
      const relation = await engine.open(await scanOf(folder, { 't.jsonl': '{"user":"ann"}\n' }), aRun());
      expect(await thrown(relation.view(hungry, {}, aRun()))).toMatch(/^MEMORY_EXCEEDED: duckdb: /u);
    },
    { memoryLimit: '150MB', threads: 1 },
  );
});

test('a disposed engine leaves no file', async () => {
  await inFolder(async (folder) => {
    await mkdir(join(folder, 'temp'));
    const engine = await duckdb.create({ memoryLimit: '1GB', tempDirectory: join(folder, 'temp') }, {});
    await writeFile(join(folder, 't.jsonl'), '\ufeff{"user":"ann"}\n');
    const relation = await engine.open({ kind: 'files', format: 'jsonl', name: 't', files: [await fileOf(join(folder, 't.jsonl'), { offset: 3 })] }, aRun());
    await relation.project({ user: z.string() }, aRun());
    expect(await readdir(join(folder, 'temp'))).toHaveLength(1);
    await engine[Symbol.asyncDispose]();
    expect(await readdir(join(folder, 'temp'))).toEqual([]);
    expect(existsSync(join(folder, 't.jsonl'))).toBe(true);
  });
});

test('long statements report progress that only grows', async () => {
  await withEngine(async (engine, folder) => {
    const reported: Progress[] = [];
    const relation = await engine.open(await scanOf(folder, { 't.csv': `user,resource\n${'ann,a\n'.repeat(200_000)}` }), aRun());
    await relation.project(accessColumns, aRun({ progress: (update) => void reported.push(update) }));
    expect(reported.every(({ done, unit }, i) => unit === '% read' && done > (reported[i - 1]?.done ?? 0))).toBe(true);
  });
});

test.each(['lots', '2 apples', ''])('the memory limit %j is refused', (memoryLimit) => {
  expect(duckdb.settings.safeParse({ memoryLimit }).success).toBe(false);
});
