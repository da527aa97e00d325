import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineView, z, type Run } from '@byoml/core';
import { aRun, inFolder, readRows } from '@byoml/core/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commonBytes, filterLines } from './line-filter.ts';
import { LineHelpers } from './line-helpers.ts';
import { scanOf, thrown, withEngine } from './rig.test.support.ts';
import type { StagedFile } from './staged-file.ts';

async function written(folder: string, contents: readonly string[]): Promise<StagedFile[]> {
  return Promise.all(contents.map(async (content, i) => {
    const path = join(folder, `in-${i}.jsonl`);
    await writeFile(path, content);
    return { path, origin: path, name: 'lines', bytes: Buffer.byteLength(content) };
  }));
}

/** What survives of some files; undefined when the filter gives up. */
const survivors = (contents: readonly string[], helping = 0, run: Run = aRun()): Promise<string | undefined> =>
  inFolder(async (folder) => {
    await using helpers = LineHelpers.forBytes(helping * 100_000_000, helping + 1);
    const kept = await filterLines({ files: await written(folder, contents), bytes: Buffer.from('5140'), kept: join(folder, 'kept'), helpers }, run);
    return kept && (await Promise.all(kept.map((path) => readFile(path, 'utf8')))).join('');
  });

const padding = `${'{"EventID":4624}\n'.repeat(20)}`;
const line = fc.oneof(
  fc.constantFrom('{"EventID":5140}', '{"EventID":"5140"}', String.raw`{"EventID":"\u0035140"}`, '5140', '{"EventID":4624}', '', '{"x":"514"}', '{"x":"é5140é"}'),
  fc.string({ unit: fc.constantFrom('5', '1', '4', '0', 'x'), maxLength: 30 }),
);
const holds = (text: string): boolean => text.includes('5140') || text.includes(String.raw`\u00`);

test('exactly the lines that hold the bytes or an escape survive, in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(line, { maxLength: 30 }), { minLength: 1, maxLength: 4 }), fc.boolean(), async (files, ended) => {
      const contents = files.map((lines, i) => `${i === 0 ? padding : ''}${lines.join('\n')}${ended ? '\n' : ''}`).filter((content) => content !== '');
      const expected = contents.flatMap((content) => content.split('\n').filter(holds)).map((text) => `${text}\n`).join('');
      const first = Buffer.byteLength((contents[0] ?? '').split('\n').filter(holds).join('\n'));
      fc.pre(first < 100);
      expect(await survivors(contents)).toBe(expected);
    }),
    { seed: 11, numRuns: 60 },
  );
});

test('lines across blocks and segments survive whole, however many threads look', async () => {
  const lines = Array.from({ length: 60_000 }, (_, i) => `{"n":${i},"EventID":${i % 9 === 0 ? 5140 : 4624},"pad":"${'x'.repeat((i * 37) % 1500)}"}`);
  lines[30_000] = `{"long":"${'y'.repeat(3_000_000)}","EventID":5140}`;
  const content = lines.join('\n');
  const expected = `${lines.filter(holds).join('\n')}\n`;
  for (const helping of [0, 2]) expect((await survivors([content, padding], helping)) === expected).toBe(true);
});

test('it gives up where most lines survive', async () => {
  expect(await survivors(['{"EventID":5140}\n'.repeat(50)])).toBeUndefined();
});

test('it stops when told, with helpers', async () => {
  await expect(survivors([padding.repeat(1000)], 1, aRun({ signal: AbortSignal.abort(new Error('told to stop')) }))).rejects.toThrow('told to stop');
});

test.each([
  [[['5140', '5145']], '514'],
  [[['5140']], '5140'],
  [[['a', 'b'], ['FileAccessed', 'FileDeleted']], 'File'],
  [[['CONTOSO\\ann', 'CONTOSO\\bob']], 'CONTOSO'],
  [[['a/b']], undefined],
  [[['51', '52']], undefined],
  [[], undefined],
])('values %j share the bytes %j', (values, bytes) => {
  expect(commonBytes(values.map((list) => ({ columns: ['EventID'], in: list })))?.toString()).toBe(bytes);
});

const view = defineView({
  id: 'shares', summary: '', settings: z.strictObject({}), table: 'T', columns: { EventID: z.string(), user: z.string() }, where: [{ columns: ['EventID'], in: ['5140'] }], output: { user: z.string() },
  sql: () => 'SELECT "user" FROM source',
});
const many = (lines: readonly string[]): string => lines.join('\n').padEnd(17_000_000, `\n{"EventID":4624,"user":"${'x'.repeat(200)}"}`).replace(/\n[^\n]*$/u, '\n');

test('a view over a large file sees every record its predicate lets through', async () => {
  const records = ['{"EventID":4624,"user":"no"}', '{"EventID":5140,"user":"ann"}', String.raw`{"EventID":"51\u00340","user":"bob"}`, '{"EventID":4625,"user":"5140"}', '{"EventID":"5140","user":"cid"}'];
  await withEngine(async (engine, folder) => {
    const relation = await (await engine.open(await scanOf(folder, { 't.jsonl': many([...Array.from({ length: 8000 }, () => records[0] as string), ...records]) }), aRun())).view(view, {}, aRun());
    expect(await readRows(relation.batches(aRun()))).toEqual([{ user: 'ann' }, { user: 'bob' }, { user: 'cid' }]);
  });
});

test('a torn line among those that survive is named by its place in the file', async () => {
  await withEngine(async (engine, folder) => {
    const lines = [...Array.from({ length: 8000 }, () => '{"EventID":4624,"user":"no"}'), '{"EventID":5140,"user":'];
    const relation = await engine.open(await scanOf(folder, { 't.jsonl': many(lines) }), aRun());
    expect(await thrown(relation.view(view, {}, aRun()))).toContain('FILE_CORRUPT: t.jsonl: line 8001: is not JSON');
  });
});
