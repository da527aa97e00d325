import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { FileFormat, Scan } from '../../contracts/data-source.ts';
import type { Engine, Relation } from '../../contracts/engine.ts';
import { isByomlError } from '../../contracts/errors.ts';
import { check, failsCatalogued, isStop, shown, thrownBy, type Check } from '../check.ts';
import { aRun } from '../fakes/run.ts';
import { inFolder } from '../folder.ts';
import { assertRows } from '../read.ts';
import { filesScan, scanFile } from '../scan-files.ts';
import { allRows, columns, manyRows, type Bench } from './bench.ts';

const names: Readonly<Record<FileFormat, readonly string[]>> = { jsonl: ['t.jsonl', 't.jsonl.gz'], csv: ['t.csv', 't.csv.gz'], parquet: ['t.parquet'] };
const pair = { user: z.string(), count: z.number().min(0) };

const opened = async (engine: Engine, scan: Scan): Promise<Relation> => await (await engine.open(scan, aRun())).project(pair, aRun());

/** Files: what is written is read back, what is broken is named. */
export function* fileChecks(bench: Bench): Iterable<Check> {
  const formats = bench.fixture.formats ?? ['jsonl', 'csv', 'parquet'];
  const at = (name: string, run: (engine: Engine, folder: string) => Promise<void>): Check => check(name, () => inFolder((folder) => bench.with((engine) => run(engine, folder))));

  for (const format of formats)
    yield at(`reads the ${format} files it writes, row for row`, async (engine, folder) => {
      for (const name of names[format]) {
        const path = join(folder, name);
        assert.deepEqual(await (await bench.relation(engine)).write(path, format, aRun()), { rows: manyRows().length });
        const again = await (await engine.open(await filesScan(format, path), aRun())).project(columns, aRun());
        assertRows(await allRows(again), manyRows(), name);
      }
    });
  yield at('keeps the old file when told to stop', async (engine, folder) => {
    const [format = 'jsonl'] = formats;
    const path = join(folder, names[format][0] as string);
    await (await bench.relation(engine, manyRows(3))).write(path, format, aRun());
    const before = await readFile(path);
    const reason = new Error('told to stop');
    const relation = await bench.relation(engine);
    const thrown = await thrownBy(relation.write(path, format, aRun({ signal: AbortSignal.abort(reason) })));
    assert.ok(isStop(thrown, reason), `expected the signal's reason, received ${shown(thrown)}`);
    assert.ok(before.equals(await readFile(path)), 'the old file changed');
  });
  yield at('names a folder it cannot write to', async (engine, folder) => {
    const [format = 'jsonl'] = formats;
    const relation = await bench.relation(engine, manyRows(3));
    await failsCatalogued(relation.write(join(folder, 'no-such-folder', names[format][0] as string), format, aRun()), 'writing there', 'WRITE_FAILED', 'FILE_MISSING');
  });
  yield at('names a file that is not there', async (engine, folder) => {
    const [format = 'jsonl'] = formats;
    const path = join(folder, names[format][0] as string);
    await writeFile(path, '');
    const file = { ...(await scanFile(path)), url: (await scanFile(path)).url.replace('t.', 'none.') };
    await failsCatalogued(engine.open({ kind: 'files', format, files: [file], name: 'nothing' }, aRun()).then(allRows), 'opening it', 'FILE_MISSING');
  });
  if (formats.includes('jsonl')) yield* lineChecks(at);
  if (formats.includes('csv'))
    yield at('names the column and the row of a cell that does not fit', async (engine, folder) => {
      const path = join(folder, 't.csv');
      await writeFile(path, 'user,count\nann,1\nbob,2\ncid,x\n');
      const thrown = await thrownBy(opened(engine, await filesScan('csv', path)).then(allRows));
      assert.ok(isByomlError(thrown) && thrown.code === 'CELL_INVALID', `expected CELL_INVALID, received ${shown(thrown)}`);
      assert.match(thrown.message, /count/);
      assert.match(thrown.message, /row 3/);
    });
}

function* lineChecks(at: (name: string, run: (engine: Engine, folder: string) => Promise<void>) => Check): Iterable<Check> {
  const line = (user: string): string => `${JSON.stringify({ user, count: 1, id: user })}\n`;
  yield at('reads only the bytes a source lists, and files in the order listed', async (engine, folder) => {
    const [one, two] = [join(folder, 'one.jsonl'), join(folder, 'two.jsonl')];
    await writeFile(one, line('skipped') + line('ann') + '{"user":"torn');
    await writeFile(two, line('bob'));
    const part = { ...(await scanFile(one)), offset: line('skipped').length, bytes: line('ann').length };
    const relation = await opened(engine, { kind: 'files', format: 'jsonl', files: [await scanFile(two), part], name: 'parts' });
    assert.deepEqual((await allRows(relation)).map((row) => row['user']), ['bob', 'ann']);
  });
  yield at('drops rows that repeat a record', async (engine, folder) => {
    const path = join(folder, 't.jsonl');
    await writeFile(path, line('ann') + line('bob') + line('ann'));
    const relation = await opened(engine, { kind: 'files', format: 'jsonl', files: [await scanFile(path)], name: 'twice', unique: 'id' });
    assert.deepEqual(new Set((await allRows(relation)).map((row) => row['user'])), new Set(['ann', 'bob']));
    assert.equal(await relation.count(), 2);
  });
  yield at('names a file that is not what its name says', async (engine, folder) => {
    const path = join(folder, 't.jsonl');
    await writeFile(path, `${line('ann')}{"user": oops}\n`);
    await failsCatalogued(filesScan('jsonl', path).then((scan) => opened(engine, scan)).then(allRows), 'reading a torn line', 'FILE_CORRUPT');
  });
}
