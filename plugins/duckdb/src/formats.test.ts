import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { accessColumns, batch, dictionary, spanColumns, z, type Batch, type Batches, type DictionaryColumn, type Relation } from '@byoml/core';
import { aRun, readRows, replay } from '@byoml/core/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileOf, rowsOf, scanOf, withEngine } from './rig.test.support.ts';

const columns = { ...accessColumns, ...spanColumns, sourceHosts: z.array(z.string()).optional() };
const names = ['t.jsonl', 't.jsonl.gz', 't.csv', 't.csv.gz', 't.parquet'];

const all = async (batches: Batches): Promise<Batch[]> => {
  const list: Batch[] = [];
  for await (const each of batches) list.push(each);
  return list;
};

// No lone surrogates and no NUL: neither is text in a file.
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).map((drawn) => drawn.replaceAll('\0', 'ø')).filter((drawn) => drawn.isWellFormed() && drawn.trim() !== '');
const record = fc.record({ scope: text, user: fc.oneof(text, fc.constantFrom('DOM\\ann', 'a "b"', 'x,y', 'line\nbreak', 'cr\r\nlf')), resource: text, count: fc.double({ min: 0, max: 1e9, noNaN: true }), day: fc.integer({ min: 0, max: 40_000 }) });

test('the same rows in every format give the same batches', async () => {
  await withEngine((engine, folder) =>
    fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 40 }), async (drawn) => {
        const days = drawn.map(({ day }) => new Date(day * 86_400_000).toISOString().slice(0, 10));
        const rows = drawn.map((row, i) => ({ ...row, day: days[i] }));
        await writeFile(join(folder, 'origin.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
        const origin = await engine.open({ kind: 'files', format: 'jsonl', files: [await fileOf(join(folder, 'origin.jsonl'))], name: 'origin' }, aRun());
        for (const name of names) {
          const format = name.replace('.gz', '').slice(2) as 'csv';
          await origin.write(join(folder, name), format, aRun());
          const again = await engine.open({ kind: 'files', format, files: [await fileOf(join(folder, name))], name }, aRun());
          expect({ name, rows: await rowsOf(again, columns) }).toEqual({ name, rows: drawn });
        }
      }),
      { numRuns: 8, seed: 3 },
    ),
  );
});

test('text columns are sorted dictionaries that all batches and passes share', async () => {
  await withEngine(async (engine) => {
    const users = Array.from({ length: 200_000 }, (_, i) => `u${(i * 7919) % 1000}`);
    const raw = await engine.open({ kind: 'batches', name: 'b', batches: replay(batch({ user: dictionary(users), resource: users })) }, aRun());
    const relation = await raw.project({ user: z.string(), resource: z.string() }, aRun());
    const batches = await all(relation.batches(aRun()));
    const held = batches.map(({ columns: { user } }) => user as DictionaryColumn);
    expect(batches.length).toBeGreaterThan(2);
    expect(new Set(held.map((column) => column.dictionary)).size).toBe(1);
    expect(held[0]?.dictionary).toEqual([...new Set(users)].sort());
    expect(held.flatMap((column) => [...column])).toEqual(users);
    const second = (await all(relation.batches(aRun())))[0]?.columns['user'] as DictionaryColumn | undefined;
    expect(second?.dictionary).toBe(held[0]?.dictionary);
  });
});

test('empty cells are −1 in text and NaN in numbers, days and moments', async () => {
  await withEngine(async (engine, folder) => {
    const scan = await scanOf(folder, { 't.csv': 'user,count,day,lastSeen\nann,,2026-11-24,\n,2,,2026-11-24T10:00:00+02:00\n' });
    const relation = await (await engine.open(scan, aRun())).project({ user: z.string().optional(), count: z.number().optional(), day: columns.day, lastSeen: columns.lastSeen }, aRun());
    const [{ columns: cells } = batch({})] = (await all(relation.batches(aRun()) as Batches)) as Batch[];
    expect((cells['user'] as DictionaryColumn).codes).toEqual(Int32Array.of(0, -1));
    expect(cells['count']).toEqual(Float64Array.of(Number.NaN, 2));
    expect(cells['day']).toEqual(Float64Array.of(20_781, Number.NaN));
    expect(cells['lastSeen']).toEqual(Float64Array.of(Number.NaN, Date.UTC(2026, 10, 24, 8)));
  });
});

test('days without empty cells are whole numbers', async () => {
  await withEngine(async (engine, folder) => {
    const relation = await (await engine.open(await scanOf(folder, { 't.csv': 'day,rank\n2026-11-24,3\n' }), aRun())).project({ day: columns.day, rank: z.int() }, aRun());
    const [first] = await all(relation.batches(aRun()) as Batches);
    expect(first?.columns).toEqual({ day: Int32Array.of(20_781), rank: Int32Array.of(3) });
  });
});

test.each([
  ['a byte-order mark', '\ufeffuser,resource\nann,a\nbob,b\n'],
  ['CRLF line ends and no last one', 'user,resource\r\nann,a\r\nbob,b'],
  ['quotes around everything', '"user","resource"\n"ann","a"\n"bob","b"\n'],
  ['semicolons', 'user;resource\nann;a\nbob;b\n'],
  ['tabs', 'user\tresource\nann\ta\nbob\tb\n'],
  ['further columns', 'x,resource,user\n1,a,ann\n2,b,bob\n'],
])('reads CSV with %s', async (_name, content) => {
  await withEngine(async (engine, folder) => {
    const relation = await engine.open(await scanOf(folder, { 't.csv': content }), aRun());
    expect(await rowsOf(relation, { user: z.string(), resource: z.string() })).toEqual([{ user: 'ann', resource: 'a' }, { user: 'bob', resource: 'b' }]);
  });
});

test.each([
  ['a byte-order mark in a compressed file', { 't.jsonl.gz': gzipSync('\ufeff{"user":"ann"}\n{"user":"bob"}\n') }],
  ['a compressed file of two members', { 't.jsonl.gz': Buffer.concat([gzipSync('{"user":"ann"}\n'), gzipSync('{"user":"bob"}\n')]) }],
  ['blank lines and CRLF', { 't.jsonl': '{"user":"ann"}\r\n\r\n{"user":"bob"}' }],
  ['several files, empty ones among them', { 'b.jsonl': '{"user":"ann"}\n', 'e.jsonl': '', 'a.jsonl': '{"user":"bob"}\n' }],
  ['names with quotes and wildcards', { "it's [x]*?.jsonl": '{"user":"ann"}\n{"user":"bob"}\n' }],
  ['names that look like partitions', { 'user=x.jsonl': '{"user":"ann"}\n{"user":"bob"}\n' }],
])('reads JSON Lines with %s', async (_name, files) => {
  await withEngine(async (engine, folder) => {
    expect(await rowsOf(await engine.open(await scanOf(folder, files as Record<string, string>), aRun()), { user: z.string() })).toEqual([{ user: 'ann' }, { user: 'bob' }]);
  });
});

test('CSV files with other headers are matched by name, in the order given', async () => {
  await withEngine(async (engine, folder) => {
    const scan = await scanOf(folder, { '2.csv': 'user,resource\nann,a\n', '1.csv': 'resource,user,count\nb,bob,5\n', '0.csv': 'user,resource\ncid,c\n' });
    expect(await rowsOf(await engine.open(scan, aRun()), accessColumns)).toEqual([
      { scope: '', user: 'ann', resource: 'a', count: 1 },
      { scope: '', user: 'bob', resource: 'b', count: 5 },
      { scope: '', user: 'cid', resource: 'c', count: 1 },
    ]);
  });
});

test('only the bytes that the source lists are read', async () => {
  await withEngine(async (engine, folder) => {
    const path = join(folder, 't.jsonl');
    await writeFile(path, '\ufeff{"user":"ann"}\n{"user":"torn');
    const scan = { kind: 'files', format: 'jsonl', name: 't', files: [await fileOf(path, { offset: 3, bytes: 15 })] } as const;
    expect(await rowsOf(await engine.open(scan, aRun()), { user: z.string() })).toEqual([{ user: 'ann' }]);
  });
});

test('a key that only a late record has is still a column', async () => {
  await withEngine(async (engine, folder) => {
    const lines = `${'{"user":"ann"}\n'.repeat(5000)}{"user":"bob","note":"late"}\n`;
    const raw = await engine.open(await scanOf(folder, { 't.jsonl': lines }), aRun());
    expect((await rowsOf(raw, { user: z.string(), note: z.string().optional() })).at(-1)).toEqual({ user: 'bob', note: 'late' });
    await raw.write(join(folder, 'o.csv'), 'csv', aRun());
    expect(await readFile(join(folder, 'o.csv'), 'utf8')).toMatch(/^user,note\nann,\n[^]*bob,late\n$/u);
  });
});

const scored = (relation: Relation, rows: number): Promise<Relation> =>
  relation.append(replay(batch({ surprise: Float64Array.from({ length: rows }, (_, i) => i / 2), pValue: new Float64Array(rows).fill(Number.NaN), status: dictionary(Array.from({ length: rows }, () => 'scored')) })), aRun());

test('columns that nobody computes with are written back as they were', async () => {
  await withEngine(async (engine, folder) => {
    const input = 'user,resource,id,note\nann,a,007,1.50\nbob,b,,"a ""quoted"", note"\n';
    const raw = await engine.open(await scanOf(folder, { 't.csv': input }), aRun());
    expect(await (await scored(raw, 2)).write(join(folder, 'o.csv'), 'csv', aRun())).toEqual({ rows: 2 });
    expect(await readFile(join(folder, 'o.csv'), 'utf8')).toBe('user,resource,id,note,surprise,pValue,status\nann,a,007,1.50,0.0,,scored\nbob,b,,"a ""quoted"", note",0.5,,scored\n');
  });
});

test('records keep the types of their values', async () => {
  await withEngine(async (engine, folder) => {
    const raw = await engine.open(await scanOf(folder, { 't.jsonl': '{"user":"ann","id":1152921504606846976,"in":{"b":[1,null,"x"]},"ok":true,"f":1.25}\n' }), aRun());
    await (await scored(raw, 1)).write(join(folder, 'o.jsonl.gz'), 'jsonl', aRun());
    expect(gunzipSync(await readFile(join(folder, 'o.jsonl.gz'))).toString()).toBe('{"user":"ann","id":1152921504606846976,"in":{"b":[1,null,"x"]},"ok":true,"f":1.25,"surprise":0.0,"pValue":null,"status":"scored"}\n');
    await raw.write(join(folder, 'o.parquet'), 'parquet', aRun());
    const parquet = await engine.open({ kind: 'files', format: 'parquet', files: [await fileOf(join(folder, 'o.parquet'))], name: 'o' }, aRun());
    expect(await readRows(parquet.batches(aRun()))).toEqual([{ user: 'ann', id: 2 ** 60, in: '{"b":[1,null,"x"]}', ok: true, f: 1.25 }]);
  });
});

test('columns whose names differ only in letter case stay apart', async () => {
  await withEngine(async (engine, folder) => {
    const relation = await engine.open(await scanOf(folder, { 't.csv': 'User,user\nann,bob\n' }), aRun());
    expect(await rowsOf(relation, { user: z.string(), User: z.string() })).toEqual([{ user: 'bob', User: 'ann' }]);
  });
});

test('scoring a scored file again replaces its columns', async () => {
  await withEngine(async (engine, folder) => {
    const raw = await engine.open(await scanOf(folder, { 't.csv': 'user,surprise,status\nann,9,known\n' }), aRun());
    expect((await scored(raw, 1)).columns.map(({ name }) => name)).toEqual(['user', 'surprise', 'pValue', 'status']);
  });
});

test('moments and lists are written as ISO 8601 and JSON text', async () => {
  await withEngine(async (engine, folder) => {
    const raw = await engine.open(await scanOf(folder, { 't.jsonl': '{"at":"2026-11-24T10:00:00.5+01:00","hosts":["a,b","c"]}\n' }), aRun());
    const typed = await raw.project({ at: columns.lastSeen, hosts: z.array(z.string()) }, aRun());
    await typed.write(join(folder, 'o.csv'), 'csv', aRun());
    expect(await readFile(join(folder, 'o.csv'), 'utf8')).toBe('at,hosts\n2026-11-24T09:00:00.500000Z,"[""a,b"",""c""]"\n');
    const again = await engine.open({ kind: 'files', format: 'csv', files: [await fileOf(join(folder, 'o.csv'))], name: 'o' }, aRun());
    expect(await rowsOf(again, { at: columns.lastSeen, hosts: z.array(z.string()) })).toEqual([{ at: Date.UTC(2026, 10, 24, 9, 0, 0, 500), hosts: ['a,b', 'c'] }]);
  });
});
