import { defineView, z, type ViewDefinition } from '@byoml/core';
import { aRun, readRows } from '@byoml/core/testkit';
import { expect, test } from 'vitest';
import { scanOf, thrown, withEngine, type Row } from './rig.test.support.ts';

const shares = defineView({
  id: 'shares',
  summary: '',
  settings: z.strictObject({ least: z.number().default(0) }),
  table: 'SecurityEvent',
  columns: { EventID: z.string(), Account: z.string(), 'event_data.ShareName': z.string().optional(), 'hosts[1].ip': z.string().optional(), Size: z.number().optional() },
  where: [{ columns: ['EventID', 'event_id'], in: ['5140', '5145'] }],
  output: { user: z.string(), share: z.string().optional(), ip: z.string().optional(), size: z.number().optional() },
  sql: (d, { least }) => `SELECT ${d.ident('Account')} AS ${d.ident('user')}, ${d.ident('event_data.ShareName')} AS share, ${d.ident('hosts[1].ip')} AS ip, Size AS size FROM source WHERE COALESCE(Size, 0) >= ${least}`,
});

const seen = (files: Readonly<Record<string, string>>, view: ViewDefinition = shares, unique?: string): Promise<Row[]> =>
  withEngine(async (engine, folder) => readRows((await (await engine.open(await scanOf(folder, files, unique), aRun())).view(view, { least: 0 }, aRun())).batches(aRun())));

const lines = (...records: object[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');

test('columns are found flat and nested, events by number and text', async () => {
  expect(
    await seen({
      't.jsonl': lines(
        { EventID: 5140, Account: 'ann', event_data: { ShareName: 'nested' }, hosts: [{ ip: '1' }, { ip: '2' }], Size: 3 },
        { EventID: '5145', Account: 'bob', 'event_data.ShareName': 'flat', Size: '4.5' },
        { EventID: 4624, Account: 'cid' },
        { event_id: 5140, Account: 'dan', Size: 'none' },
        { EventID: '', event_id: '5140', Account: 'eve' },
      ),
    }),
  ).toEqual([{ user: 'ann', share: 'nested', ip: '2', size: 3 }, { user: 'bob', share: 'flat', size: 4.5 }, { user: 'dan' }, { user: 'eve' }]);
});

test('CSV columns may have a path for a name, or hold JSON', async () => {
  const csv = 'EventID,Account,event_data.ShareName,hosts\n5140,ann,flat,\n5140,bob,,"[1,{""ip"":""2""}]"\n';
  expect(await seen({ 't.csv': csv })).toEqual([{ user: 'ann', share: 'flat' }, { user: 'bob', ip: '2' }]);
});

test('records that repeat an id are dropped, the first stays, records without one stay', async () => {
  const event = (id: string | undefined, user: string): object => ({ EventID: 5140, Account: user, _ItemId: id });
  const rows = await seen({ 'a.jsonl': lines(event('1', 'ann'), event(undefined, 'bob'), event('2', 'cid')), 'b.jsonl': lines(event('1', 'later'), event('', 'bob'), event(undefined, 'bob')) }, shares, '_ItemId');
  expect(rows.map(({ user }) => user)).toEqual(['ann', 'bob', 'cid', 'bob', 'bob']);
});

test('a required column is looked for in every record before it is called missing', async () => {
  const many = Array.from({ length: 5000 }, () => ({ EventID: 5140 }));
  expect(await seen({ 't.jsonl': lines(...many, { EventID: 5140, Account: 'late' }) })).toHaveLength(5001);
  const missing = seen({ 't.jsonl': lines({ EventID: 5140, account: 'ann' }) });
  expect(await thrown(missing)).toContain('COLUMNS_MISSING: files/table (t.jsonl) as SecurityEvent: no column "Account" (closest: "account")');
});

test('a table without a record has no rows of the view', async () => {
  expect(await seen({ 't.jsonl': '' })).toEqual([]);
});

const reading = (sql: string): ViewDefinition => ({ ...shares, sql: () => sql }) as ViewDefinition;

test.each([
  ["SELECT content AS \"user\", NULL AS share, NULL AS ip, NULL AS size FROM read_text('/etc/hostname')", 'file system operations are disabled'],
  ["SELECT * FROM read_csv('/etc/passwd')", 'file system operations are disabled'],
  ["SELECT * FROM read_parquet('https://example.com/x.parquet')", ''],
  ['SELECT nothing FROM source', 'nothing'],
  ['SELEC', 'syntax error'],
])('a view whose SQL is %j fails by its name', async (sql, part) => {
  const failed = await thrown(seen({ 't.jsonl': lines({ EventID: 5140, Account: 'ann' }) }, reading(sql)));
  expect(failed).toContain('COMPONENT_FAILED: view shares over files/table (t.jsonl): ');
  expect(failed).toContain(part);
});

test('a torn line behind a view is named', async () => {
  expect(await thrown(seen({ 't.jsonl': `${lines({ EventID: 5140, Account: 'ann' })}{"EventID"\n` }))).toContain('FILE_CORRUPT: t.jsonl: line 2');
});
