import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { expect, test } from 'vitest';
import type { Batches } from '../contracts/columns.ts';
import type { DataSource, Scan } from '../contracts/data-source.ts';
import { defineDataSource, type DataSourceDefinition } from '../contracts/define.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import { broken } from './check.ts';
import { dataSourceChecks, type DataSourceFixture } from './data-source.ts';
import { memoryEngine } from './fakes/memory-engine.ts';
import { inFolder } from './folder.ts';
import { filesScan } from './scan-files.ts';
import { cut, table } from './table.ts';

const columns = { user: z.string() };
const parts = cut(table(columns, Array.from({ length: 9 }, (_, i) => ({ user: `u${i}` }))), 3);

const source = (scan: DataSource['scan']): DataSourceDefinition =>
  defineDataSource({
    id: 'numbered', summary: 'Numbered users.', settings: z.strictObject({ missing: z.boolean().default(false).describe('Whether there is nothing') }),
    create: ({ missing }) => ({
      async scan(window, run) {
        run.signal.throwIfAborted();
        if (missing) throw new ByomlError('FILE_MISSING', 'nothing there');
        return scan(window, run);
      },
    }),
  });

const batches = (run: Run, given = parts): Batches => ({
  async *[Symbol.asyncIterator]() {
    for (const part of given) {
      run.signal.throwIfAborted();
      yield part;
    }
  },
});

const scanned = (held: Batches): Scan => ({ kind: 'batches', batches: held, name: 'numbered users' });
const fixture: DataSourceFixture = { missing: { missing: true }, rows: 9 };

test('a correct source of batches keeps every promise', async () => {
  expect(await broken(dataSourceChecks(source(async (_window, run) => scanned(batches(run))), fixture))).toEqual(new Map());
});

test('a correct source of files keeps every promise', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'users.jsonl');
    await writeFile(path, '{"user":"ann"}\n{"user":"bob"}\n');
    const files = source(() => filesScan('jsonl', path));
    expect(await broken(dataSourceChecks(files, { ...fixture, rows: 2, engine: async () => memoryEngine() }))).toEqual(new Map());
    expect([...(await broken(dataSourceChecks(files, { ...fixture, rows: 3, engine: async () => memoryEngine() }))).keys()]).toEqual(['finds all rows']);
    const longer = source(async () => ({ ...((await filesScan('jsonl', path)) as Scan & { kind: 'files' }), files: [{ ...((await filesScan('jsonl', path)) as Scan & { kind: 'files' }).files[0]!, bytes: 1000 }] }));
    expect([...(await broken(dataSourceChecks(longer, fixture))).keys()]).toEqual(['lists each file once, as it is on disk']);
  }));

let turn = 0;
const bugs: Record<string, { readonly scan: DataSource['scan']; readonly turns: string }> = {
  'another order each time': { scan: async (_window, run) => scanned(batches(run, turn++ % 2 ? parts : parts.toReversed())), turns: 'finds the same twice, in the same order' },
  'batches for one pass': { scan: async (_window, run) => scanned(batches(run)[Symbol.asyncIterator]() as never), turns: 'finds the same twice, in the same order' },
  'a lost batch': { scan: async (_window, run) => scanned(batches(run, parts.slice(1))), turns: 'finds all rows' },
  'no name': { scan: async (_window, run) => ({ ...scanned(batches(run)), name: '' }), turns: 'says what to call the data' },
  'a deaf stream': { scan: async () => scanned(batches({ signal: new AbortController().signal } as Run)), turns: 'stops between batches when told' },
};

test.each(Object.entries(bugs))('%s turns its check red', async (_name, { scan, turns }) => {
  expect([...(await broken(dataSourceChecks(source(scan), fixture))).keys()]).toEqual([turns]);
});

test('a foreign error for missing data, and a deaf scan, turn their checks red', async () => {
  const rude: DataSourceDefinition = { ...source(async () => scanned([] as never)), create: () => ({ scan: async (_window, run) => scanned(batches(run)) }) };
  expect([...(await broken(dataSourceChecks(rude, fixture))).keys()]).toEqual(['names missing data with a catalogued error', 'refuses to start when already stopped']);
});
