import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z, type Engine, type Scan } from '@byoml/core';
import { aRun, fakeServices, filesScan, readRows } from '@byoml/core/testkit';
import { afterAll, expect, test } from 'vitest';
import { duckdb } from './engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'byoml-many-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Hourly files of an export, of which most are small; the last line of each has no line break. */
function hourly(name: string, files: number, lines: number): string[] {
  mkdirSync(join(folder, name));
  return Array.from({ length: files }, (_, at) => {
    const path = join(folder, name, `${String(at).padStart(5, '0')}.json`);
    writeFileSync(path, Array.from({ length: lines }, (_line, i) => JSON.stringify({ _ItemId: `${at}-${i}`, EventID: 5140, n: at * lines + i, user: `u${i % 7}`, pad: 'x'.repeat(300) })).join('\n'));
    return path;
  });
}

/** Views of events look for each fact under many names: DuckDB gave every file a block of its own for each. */
const names = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`name${i}`, z.string().optional()]));

const view = {
  id: 'numbers', summary: 'n', settings: z.strictObject({}), table: 'T', columns: { EventID: z.string().optional(), n: z.number().optional(), user: z.string().optional(), ...names },
  where: [{ columns: ['EventID'], in: ['5140'] }], output: { n: z.number(), user: z.string() }, sql: () => 'SELECT n, "user" FROM source ORDER BY n',
};

test.each([[2000, 3], [1500, 40]])('%i small files of %i lines are read in little memory, each line once, in order', async (files, lines) => {
  const engine: Engine = await duckdb.create(z.parse(duckdb.settings, { memoryLimit: '300MB' }), fakeServices(duckdb.needs ?? {}));
  try {
    const scan = await filesScan('jsonl', ...hourly(`of-${files}`, files, lines));
    const relation = await (await engine.open({ ...scan, unique: '_ItemId' } as Scan, aRun())).view(view, {}, aRun());
    const rows = (await readRows(relation.batches(aRun()))) as Array<{ n: number }>;
    expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: files * lines }, (_, at) => at));
  } finally {
    await engine[Symbol.asyncDispose]();
  }
});
