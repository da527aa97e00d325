import { gzipSync } from 'node:zlib';
import { mkdirSync } from 'node:fs';
import { trainOn, type BadInput, type Place } from './bad-input.ts';

const jsonl = (lines: string) => (place: Place) => trainOn(place, place.file('bad.jsonl', lines));
const csv = (text: string) => (place: Place) => trainOn(place, place.file('bad.csv', text));
const bytes = (name: string, content: () => Uint8Array) => (place: Place) => trainOn(place, place.file(name, content()));

const good = '{"user":"a","resource":"r"}\n';
const row = (cell: string): string => `user,resource,count,day\na,r,1,2026-11-01\n${cell}\n`;
const data = { exit: 3 } as const;

/** Files that a user can hand over by mistake or by malice. */
export const badData: readonly BadInput[] = [
  { name: 'torn JSON', code: 'FILE_CORRUPT', ...data, says: /bad\.jsonl/, call: jsonl(`${good}{"user":"b","resou\n${good}`) },
  { name: 'a JSON list instead of lines', code: 'FILE_CORRUPT', ...data, says: /bad\.jsonl/, call: jsonl('[{"user":"a","resource":"r"},\n{"user":"b","resource":"r"}]\n') },
  { name: 'text instead of JSON', code: 'FILE_CORRUPT', ...data, says: /bad\.jsonl/, call: jsonl('dear sir\nor madam\n') },
  { name: 'an object as a count', code: 'CELL_INVALID', ...data, says: /count.*row 2|row 2.*count/s, call: jsonl(`${good}{"user":"b","resource":"r","count":{"n":1}}\n`) },
  { name: 'text as a count in JSON', code: 'CELL_INVALID', ...data, says: /count.*many/s, call: jsonl(`${good}{"user":"b","resource":"r","count":"many"}\n`) },
  { name: 'UTF-16 little endian', code: 'ENCODING_INVALID', ...data, says: /bad\.csv.*UTF-8/s, call: bytes('bad.csv', () => Buffer.from(`\uFEFF${row('b,r,1,2026-11-01')}`, 'utf16le')) },
  { name: 'UTF-16 big endian', code: 'ENCODING_INVALID', ...data, says: /bad\.jsonl.*UTF-8/s, call: bytes('bad.jsonl', () => Buffer.from(`\uFEFF${good}`, 'utf16le').swap16()) },
  { name: 'UTF-16 without a mark', code: 'ENCODING_INVALID', ...data, says: /bad\.csv/, call: bytes('bad.csv', () => Buffer.from(row('b,r,1,2026-11-01'), 'utf16le')) },
  { name: 'Latin-1 bytes', code: 'ENCODING_INVALID', ...data, says: /bad\.csv/, call: bytes('bad.csv', () => Buffer.from(row('jürgen,r,1,2026-11-01'), 'latin1')) },
  { name: 'NUL bytes in CSV', code: 'ENCODING_INVALID', ...data, says: /bad\.csv/, call: bytes('bad.csv', () => Buffer.from(row('b\0b,r,1,2026-11-01'))) },
  { name: 'NUL bytes in JSON Lines', code: 'ENCODING_INVALID', ...data, says: /bad\.jsonl/, call: bytes('bad.jsonl', () => Buffer.from(`${good}${'\0'.repeat(512)}\n`)) },
  { name: 'a JSON line of 10 MB', code: 'LINE_TOO_LONG', ...data, says: /bad\.jsonl/, call: bytes('bad.jsonl', () => Buffer.from(`${good}{"user":"b","resource":"${'x'.repeat(10_000_000)}"}\n`)) },
  { name: 'a CSV line of 10 MB', code: 'LINE_TOO_LONG', ...data, says: /bad\.csv/, call: bytes('bad.csv', () => Buffer.from(row(`b,${'x'.repeat(10_000_000)},1,2026-11-01`))) },
  { name: 'no column user', code: 'COLUMNS_MISSING', ...data, says: /user/, call: csv('account,resource\na,r\n') },
  { name: 'no column resource in JSON', code: 'COLUMNS_MISSING', ...data, says: /resource/, call: jsonl('{"user":"a"}\n{"user":"b"}\n') },
  { name: 'an empty CSV file', code: 'DATA_EMPTY', ...data, says: /no rows/, call: csv('') },
  { name: 'an empty JSON Lines file', code: 'DATA_EMPTY', ...data, says: /no rows/, call: jsonl('') },
  { name: 'only line breaks', code: 'DATA_EMPTY', ...data, says: /no rows/, call: jsonl('\n\n\n') },
  { name: 'only a header', code: 'DATA_EMPTY', ...data, says: /no rows/, call: csv('user,resource,count,day\n') },
  { name: 'a negative count', code: 'CELL_INVALID', ...data, says: /count.*-3/s, call: csv(row('b,r,-3,2026-11-01')) },
  { name: 'NaN as a count', code: 'CELL_INVALID', ...data, says: /count.*nan/is, call: csv(row('b,r,NaN,2026-11-01')) },
  { name: 'Infinity as a count', code: 'CELL_INVALID', ...data, says: /count.*inf/is, call: csv(row('b,r,Infinity,2026-11-01')) },
  { name: 'a count beyond all numbers', code: 'CELL_INVALID', ...data, says: /count/, call: csv(row('b,r,1e999,2026-11-01')) },
  { name: 'text as a count', code: 'CELL_INVALID', ...data, says: /count.*row 2.*many|row 2.*count.*many/s, call: csv(row('b,r,many,2026-11-01')) },
  { name: 'a day that does not exist', code: 'CELL_INVALID', ...data, says: /day.*2026-02-30/s, call: csv(row('b,r,1,2026-02-30')) },
  { name: 'a day in words', code: 'CELL_INVALID', ...data, says: /day.*yesterday/s, call: csv(row('b,r,1,yesterday')) },
  { name: 'an empty user', code: 'CELL_INVALID', ...data, says: /user.*row 2|row 2.*user/s, call: csv(row(',r,1,2026-11-01')) },
  { name: 'a quote that never closes', code: 'FILE_CORRUPT', ...data, says: /bad\.csv/, call: csv(row('"b,r,1,2026-11-01')) },
  { name: 'a row with too many cells', code: 'FILE_CORRUPT', ...data, says: /bad\.csv/, call: csv(row('b,r,1,2026-11-01,what,is,this')) },
  { name: 'two columns of one name', code: 'FILE_CORRUPT', ...data, says: /user/, call: csv('user,resource,user\na,r,b\n') },
  { name: 'a gzip file cut off', code: 'FILE_CORRUPT', ...data, says: /bad\.csv\.gz/, call: bytes('bad.csv.gz', () => gzipSync(row('b,r,1,2026-11-01').repeat(200)).subarray(0, 60)) },
  { name: 'a plain file named .gz', code: 'FILE_CORRUPT', ...data, says: /bad\.csv\.gz/, call: bytes('bad.csv.gz', () => Buffer.from(row('b,r,1,2026-11-01'))) },
  { name: 'a Parquet file that is none', code: 'FILE_CORRUPT', ...data, says: /bad\.parquet/, call: bytes('bad.parquet', () => Buffer.from('PAR1 this is not Parquet PAR1')) },
  { name: 'a file that is not there', code: 'FILE_MISSING', ...data, says: /nowhere\.csv/, call: (place) => trainOn(place, place.at('nowhere.csv')) },
  { name: 'a file of an unknown format', code: 'FORMAT_UNKNOWN', ...data, says: /bad\.xlsx/, call: (place) => trainOn(place, place.file('bad.xlsx', 'x')) },
  {
    name: 'a folder without an export in it',
    code: 'FILE_MISSING',
    ...data,
    says: /empty/,
    call(place) {
      mkdirSync(place.at('empty'));
      return trainOn(place, place.at('empty'), '--view', 'anomalous-resource-access/windows-file-shares');
    },
  },
  {
    name: 'a folder without a view that says which table is meant',
    code: 'USAGE_INVALID',
    exit: 2,
    says: /--view/,
    call(place) {
      mkdirSync(place.at('export'));
      return trainOn(place, place.at('export'));
    },
  },
];
