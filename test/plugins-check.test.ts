import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from '@byoml/core/ad-hoc';
import { checkManifest, type ManifestCheck } from '@byoml/core/data-fit';
import { pluginManifest } from '@byoml/core/plugins';
import { afterAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'byoml-plugins-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = { type: 'string' };
const described = { summary: 'Of a stranger', settings: {} };
const input = { type: 'object', properties: { user: text, hour: { type: 'integer', minimum: 0, maximum: 23 }, day: { type: 'integer', format: 'utc-day' } }, required: ['user', 'hour'] };
const algorithm = { ...described, kind: 'algorithm', id: 'rare-hour', input, output: {}, alertUnit: 'user-day', population: 'all', statuses: ['scored'] };
const view = { ...described, kind: 'view', id: 'sign-ins', table: 'SigninLogs', input: { type: 'object', properties: { UserPrincipalName: text, 'detail.hour': text, ResultType: text }, required: ['UserPrincipalName', 'ResultType'] }, where: [{ columns: ['ResultType'], in: ['0'] }], output: input };
const manifestOf = (...components: object[]) => pluginManifest.parse({ contract: 1, name: '@acme/rare-hour', version: '1.0.0', capabilities: {}, components });

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const logons = file('logons.csv', 'user,hour,day\nann,9,2026-11-24\nbob,23,2026-11-24\n');
const signIns = file('sign-ins.jsonl', '{"UserPrincipalName":"ann","ResultType":"0","detail":{"hour":"9"}}\n{"UserPrincipalName":"bob","ResultType":"50126"}\n');

/** How data fits the plugin, which is nowhere on this machine. */
async function check(over: Partial<ManifestCheck>) {
  await using session = await Session.open({ roots: [join(root, 'cli'), root], folders: [], seed: 7, signal: new AbortController().signal, log: { info: () => {}, warn: () => {} }, step: () => {}, progress: () => {}, engine: 'duckdb/duckdb', files: 'files/table', folder: 'files/data-export' });
  return await checkManifest(session, { manifest: manifestOf(algorithm), source: logons, set: [], map: [], ...over });
}

test('data that has the columns of the manifest fits', async () => {
  const { fit, unfit } = await check({});
  expect([fit.target, fit.verdict, fit.rows, unfit]).toEqual(['@acme/rare-hour/rare-hour', 'fit', 2, null]);
});

test('a missing column is named, with what may be meant, and a mapping makes it fit', async () => {
  const source = file('named.csv', 'Account,hour\nann,9\n');
  const { unfit } = await check({ source });
  expect(unfit).toMatchObject({ code: 'COLUMNS_MISSING', exit: 3, message: expect.stringMatching(/"user" \(perhaps "Account"\)/) });
  expect((await check({ source, map: ['user=Account'] })).unfit).toBeNull();
});

test('a cell that the manifest does not allow is named with its row', async () => {
  const { unfit } = await check({ source: file('hours.csv', 'user,hour\nann,9\nbob,24\n') });
  expect(unfit).toMatchObject({ code: 'CELL_INVALID', exit: 3, message: expect.stringMatching(/"hour" row 2/) });
});

test('of a view of the plugin the columns are checked, its SQL is not run, and both are said', async () => {
  const { fit, unfit } = await check({ manifest: manifestOf(algorithm, view), view: '@acme/rare-hour/sign-ins', source: signIns });
  expect([unfit, fit.columns.every(({ readBy }) => readBy === 'view')]).toEqual([null, true]);
  expect(fit.notes).toEqual(expect.arrayContaining(['1 records are of the kind that the view reads', expect.stringContaining('was not run')]));
});

test('a view whose columns are missing, whose records are missing or that gives too little does not fit', async () => {
  const own = { manifest: manifestOf(algorithm, view), view: '@acme/rare-hour/sign-ins' };
  expect((await check(own)).unfit).toMatchObject({ code: 'COLUMNS_MISSING', message: expect.stringContaining('"UserPrincipalName"') });
  expect((await check({ ...own, source: file('failed.jsonl', '{"UserPrincipalName":"bob","ResultType":"50126"}\n') })).unfit).toMatchObject({ code: 'DATA_EMPTY', message: expect.stringContaining('ResultType in 0') });
  await expect(check({ ...own, manifest: manifestOf(algorithm, { ...view, output: { properties: { user: text } } }) })).rejects.toMatchObject({ code: 'COLUMNS_MISSING', message: expect.stringContaining('"hour"') });
});

test('which component is meant has to be clear', async () => {
  const manifest = manifestOf(algorithm, { ...algorithm, id: 'other' });
  await expect(check({ manifest })).rejects.toMatchObject({ code: 'USAGE_INVALID', message: expect.stringContaining('rare-hour, other') });
  expect((await check({ manifest, component: 'other' })).fit.target).toBe('@acme/rare-hour/other');
  await expect(check({ manifest, component: 'none' })).rejects.toMatchObject({ code: 'COMPONENT_NOT_FOUND' });
  await expect(check({ manifest: manifestOf() })).rejects.toMatchObject({ code: 'USAGE_INVALID' });
  expect((await check({ manifest: manifestOf(view), source: signIns })).fit.target).toBe('@acme/rare-hour/sign-ins');
});
