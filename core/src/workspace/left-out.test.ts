import { expect, test } from 'vitest';
import type { Scan, ScanFile } from '../contracts/data-source.ts';
import { ByomlError, type ErrorCode } from '../contracts/errors.ts';
import { leftOutWarning, nothingKnown, quarantineOf, readLeavingOut, type Known } from './left-out.ts';

type Files = Scan & { readonly kind: 'files' };

const file = (name: string, over: Partial<ScanFile> = {}): ScanFile => ({ url: `file:///export/${name}`, bytes: 100, version: '1', ...over });
const scanOf = (files: readonly ScanFile[]): Files => ({ kind: 'files', format: 'jsonl', name: 'files/data-export (T)', files });
const names = ({ files }: Files): string[] => files.map(({ url, bytes }) => `${url.replace('file:///export/', '')}${bytes === 100 ? '' : ` ${bytes}`}`);

/** Reads files whose names do not begin with "bad"; notes each reading. Errors name the file unless it is "badly". */
function reader(code: ErrorCode = 'FILE_CORRUPT'): { readonly readings: string[][]; readonly read: (scan: Files) => Promise<string[]> } {
  const readings: string[][] = [];
  return { readings, read: async (scan) => {
    readings.push(names(scan));
    const bad = scan.files.find(({ url, bytes }) => url.includes('/bad') && bytes === 100);
    if (bad) throw new ByomlError(code, `${bad.url} is spoilt`, { details: bad.url.includes('/badly') ? {} : { file: bad.url.replace('file://', '') } });
    return names(scan);
  } };
}

const good = ['a', 'b', 'c', 'd', 'e'].map((name) => file(name));
const known = (over: Partial<Known>): Known => ({ ...nothingKnown, ...over });
const mark = (name: string, bytes: number): Known['marks'] => new Map([[`file:///export/${name}`, { detection: 'd', url: `file:///export/${name}`, version: '0', bytes }]]);

test('the file that an error names is left out, the others are read once more', async () => {
  const { readings, read } = reader();
  const { result, leftOut } = await readLeavingOut(scanOf([file('bad'), ...good]), nothingKnown, read);
  expect(result).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(readings).toHaveLength(2);
  expect(leftOut).toMatchObject([{ name: '/export/bad', code: 'FILE_CORRUPT', bytes: 0, since: null }]);
  expect(quarantineOf('d', leftOut)).toEqual([{ detection: 'd', url: 'file:///export/bad', version: '1', bytes: 0, file: '/export/bad', code: 'FILE_CORRUPT', message: 'file:///export/bad is spoilt' }]);
});

test('a version that an earlier run left out is not tried; another version is', async () => {
  const held = known({ quarantine: new Map([['file:///export/bad', { url: 'file:///export/bad', version: '1', bytes: 0, file: 'soc/bad', code: 'FILE_CORRUPT', message: 'm', since: 7 }]]) });
  const { readings, read } = reader();
  const { leftOut } = await readLeavingOut(scanOf([file('bad'), ...good]), held, read);
  expect([readings.length, leftOut.map(leftOutWarning), quarantineOf('d', leftOut)]).toEqual([1, ['left out soc/bad since run 7: FILE_CORRUPT'], []]);
  await readLeavingOut(scanOf([file('bad', { version: '2' }), ...good]), held, read);
  expect(readings).toHaveLength(3);
});

test('what was read of a file before it was spoilt is read on', async () => {
  const { read } = reader();
  const { result, leftOut } = await readLeavingOut(scanOf([file('bad', { label: 'blob' }), ...good]), known({ marks: mark('bad', 60) }), read);
  expect(result[0]).toBe('bad 60');
  expect(leftOut.map(leftOutWarning)).toEqual(['left out blob from byte 61 on: FILE_CORRUPT: file:///export/bad is spoilt']);
});

test('an error that names no file is looked for one by one', async () => {
  const { readings, read } = reader('ENCODING_INVALID');
  const { result } = await readLeavingOut(scanOf([...good.slice(0, 2), file('badly'), ...good.slice(2)]), nothingKnown, read);
  expect(result).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(readings.map((each) => each.length)).toEqual([6, 1, 1, 1, 5]);
});

test.each([
  ['it is the only file', [file('bad')], 'FILE_CORRUPT'],
  ['most of the bytes are in such files', [file('bad1'), file('bad2'), file('bad3'), ...good.slice(0, 2)], 'FILE_CORRUPT'],
  ['there are more than twenty', [...Array.from({ length: 21 }, (_, i) => file(`bad${i}`)), ...Array.from({ length: 30 }, (_, i) => file(`g${i}`))], 'FILE_CORRUPT'],
  ['it is no file that is wrong', [file('bad'), ...good], 'CELL_INVALID'],
] as const)('the error stands when %s', async (_why, files, code) => {
  await expect(readLeavingOut(scanOf(files), nothingKnown, reader(code).read)).rejects.toMatchObject({ code });
});
