import { expect, test } from 'vitest';
import type { ModelFiles } from '../../contracts/algorithm.ts';
import { scopeFolder } from '../../models/scope-folder.ts';
import { Calibration } from './calibration.ts';
import { loadCalibration, saveCalibration } from './files.ts';
import type { CalibrationWindow } from './window.ts';

function memory(): ModelFiles & { readonly held: Map<string, Uint8Array> } {
  const held = new Map<string, Uint8Array>();
  return { held, names: async () => [...held.keys()], read: async (name) => held.get(name) ?? new Uint8Array(), write: async (name, bytes) => void held.set(name, bytes) };
}

const dated: CalibrationWindow = {
  surprise: Float64Array.of(1.5, -2, 3),
  coldSurprise: Float64Array.of(Number.NaN, 7, 8),
  classes: Uint8Array.of(0, 1, 2),
  days: Int32Array.of(100, 101, 101),
  workingDays: [99, 100, 101],
};
const undated: CalibrationWindow = { surprise: Float64Array.of(4), coldSurprise: null, classes: Uint8Array.of(0), days: null, workingDays: null };
const saved = async (windows: ReadonlyArray<readonly [string, CalibrationWindow]>): Promise<ReturnType<typeof memory>> => {
  const files = memory();
  await saveCalibration(new Calibration(new Map(windows)), files);
  return files;
};

test('windows load as they were saved, dated and undated, whatever the scope is called', async () => {
  const { windows } = await loadCalibration(await saved([['', dated], ['Büro/..\\x', undated]]));
  expect(windows.get('')).toEqual(dated);
  expect(windows.get('Büro/..\\x')).toEqual(undated);
});

test('the files of a scope are the same with and without another scope', async () => {
  const alone = await saved([['a', dated]]);
  const both = await saved([['b', undated], ['a', dated]]);
  expect([...alone.held.keys()].every((name) => name.startsWith(`calibration/scopes/${scopeFolder('a')}/`))).toBe(true);
  for (const [name, bytes] of alone.held) expect(both.held.get(name)).toEqual(bytes);
});

test('a calibration without any window is MODEL_INVALID', async () => {
  await expect(loadCalibration(memory())).rejects.toMatchObject({ code: 'MODEL_INVALID' });
});

const bin = `calibration/scopes/${scopeFolder('a')}/window.bin`;
const json = bin.replace('bin', 'json');
const changed = (bytes: Uint8Array, at: number, value: number): Uint8Array => Uint8Array.from(bytes, (byte, i) => (i === at ? value : byte));
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const about = { format: 1, scope: 'a', rows: 3, workingDays: [99, 100, 101] };

test.each<[string, string, (bytes: Uint8Array) => Uint8Array]>([
  ['truncated bytes', bin, (bytes) => bytes.slice(0, -1)],
  ['no bytes', bin, () => new Uint8Array()],
  ['bytes too many', bin, (bytes) => Uint8Array.of(...bytes, 0)],
  ['another magic', bin, (bytes) => changed(bytes, 0, 0)],
  ['an unknown flag', bin, (bytes) => changed(bytes, 4, 2)],
  ['another number of rows', bin, (bytes) => changed(bytes, 8, 2)],
  ['a surprise that is not finite', bin, (bytes) => changed(changed(bytes, 19, 0x7f), 18, 0xf0)],
  ['a class that does not exist', bin, (bytes) => changed(bytes, bytes.length - 1, 3)],
  ['a day outside the window', bin, (bytes) => changed(bytes, 60, 90)],
  ['json that is none', json, () => new TextEncoder().encode('{')],
  ['bytes that are not UTF-8', json, () => Uint8Array.of(0xff)],
  ['an unknown field', json, () => text({ ...about, more: 1 })],
  ['the window of another scope', json, () => text({ ...about, scope: 'b' })],
  ['more rows than the file holds', json, () => text({ ...about, rows: 1e9 })],
])('a window with %s is MODEL_INVALID', async (_, name, change) => {
  const files = await saved([['a', dated]]);
  files.held.set(name, change(files.held.get(name) as Uint8Array));
  await expect(loadCalibration(files)).rejects.toMatchObject({ code: 'MODEL_INVALID', details: { file: expect.stringContaining('window.') as string } });
});
