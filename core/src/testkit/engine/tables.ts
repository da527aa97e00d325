import assert from 'node:assert/strict';
import { z } from 'zod';
import type { Batch, DictionaryColumn } from '../../contracts/columns.ts';
import { check, failsCatalogued, type Check } from '../check.ts';
import { aRun } from '../fakes/run.ts';
import { assertRows } from '../read.ts';
import { cut, replay, table } from '../table.ts';
import { allRows, batchesScan, columns, manyRows, type Bench } from './bench.ts';

const wanted = { text: 'codes', number: Float64Array, whole: Int32Array };

function assertStored({ columns: held }: Batch): void {
  assert.ok(wanted.text in (held['user'] as object), '`user` is a dictionary column');
  assert.ok(held['count'] instanceof wanted.number, '`count` is a Float64Array');
  for (const name of ['rank', 'day']) assert.ok(held[name] instanceof wanted.whole, `\`${name}\` is an Int32Array`);
}

/** Tables inside the engine: rows, order, types, projection, appended columns. */
export function* tableChecks(bench: Bench): Iterable<Check> {
  yield check('gives batches back row for row, in order, as often as asked', () =>
    bench.with(async (engine) => {
      const relation = await bench.relation(engine);
      assertRows(await allRows(relation), manyRows(), 'the first pass');
      assertRows(await allRows(relation), manyRows(), 'the second pass');
      assert.equal(await relation.count(), manyRows().length);
    }));
  yield check('gives text as codes into one dictionary for all batches, numbers as typed arrays', () =>
    bench.with(async (engine) => {
      const dictionaries = new Set<unknown>();
      for await (const part of (await bench.relation(engine)).batches(aRun())) {
        assertStored(part);
        dictionaries.add((part.columns['user'] as DictionaryColumn).dictionary);
      }
      assert.equal(dictionaries.size, 1, 'dictionaries of one pass');
    }));
  yield check('names the type of each column', () =>
    bench.with(async (engine) => {
      const relation = await bench.relation(engine);
      assert.deepEqual(Object.fromEntries(relation.columns.map(({ name, type }) => [name, type])), { user: 'text', count: 'number', rank: 'integer', day: 'day', at: 'instant', hosts: 'texts', inside: 'boolean', note: 'text' });
    }));
  yield check('fills defaults, and leaves absent optional columns absent', () =>
    bench.with(async (engine) => {
      const { user } = columns;
      const opened = await engine.open(batchesScan(replay(table({ user }, [{ user: 'ann' }, { user: 'bob' }]))), aRun());
      const relation = await opened.project({ user, count: columns.count, note: columns.note }, aRun());
      assert.deepEqual(relation.columns.map(({ name }) => name), ['user', 'count']);
      assert.deepEqual(await allRows(relation), [{ user: 'ann', count: 1 }, { user: 'bob', count: 1 }]);
      assert.deepEqual(opened.columns.map(({ name }) => name), ['user'], 'the relation that was projected is as before');
    }));
  yield check('names a column that is missing', () =>
    bench.with(async (engine) => {
      const opened = await engine.open(batchesScan(replay(table({ user: columns.user }, [{ user: 'ann' }]))), aRun());
      await failsCatalogued(opened.project({ resource: z.string() }, aRun()), 'projecting a column that is not there', 'COLUMNS_MISSING');
    }));
  yield check('takes a table without rows', () =>
    bench.with(async (engine) => {
      const relation = await bench.relation(engine, manyRows(1));
      const none = await engine.open(batchesScan(replay(table({ user: columns.user }, []))), aRun());
      assert.equal(await none.count(), 0);
      assert.equal(await relation.count(), 1);
    }));
  yield check('puts columns beside the rows, row for row', () =>
    bench.with(async (engine) => {
      const relation = await bench.relation(engine);
      const surprise = Float64Array.from(manyRows(), (_, i) => -i / 3);
      const beside = await relation.append(replay(...cut(table({ surprise: z.number() }, Array.from(surprise, (value) => ({ surprise: value }))), 700)), aRun());
      assertRows(await allRows(beside), manyRows().map((row, i) => ({ ...row, surprise: surprise[i] })), 'with columns beside');
      assertRows(await allRows(relation), manyRows(), 'the relation it was put beside');
    }));
  yield check('refuses columns of another length', () =>
    bench.with(async (engine) => {
      const relation = await bench.relation(engine, manyRows(10));
      for (const length of [9, 11]) {
        const beside = replay(table({ surprise: z.number() }, Array.from({ length }, () => ({ surprise: 1 }))));
        await failsCatalogued(relation.append(beside, aRun()).then(allRows), `${length} cells beside 10 rows`, 'ROWS_MISALIGNED');
      }
    }));
}
