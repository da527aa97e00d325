import { expect, test } from 'vitest';
import { linesOf } from './query-lines.ts';
import { answerIn } from './query-reply.ts';

const body = (columns: ReadonlyArray<readonly [string, string]>, rows: string): string => `{"tables":[{"name":"PrimaryResult","columns":${JSON.stringify(columns.map(([name, type]) => ({ name, type })))},"rows":${rows}}]}`;
const lines = (columns: ReadonlyArray<readonly [string, string]>, rows: string): string[] => linesOf((answerIn(body(columns, rows)) ?? expect.fail('no answer')).table);

test.each([
  ['datetime', '"2026-11-24T06:05:00.1234567Z"', '"2026-11-24T06:05:00.1234567Z"'], ['string', '"a\\nb\\"漢"', '"a\\nb\\"漢"'], ['string', '""', '""'], ['guid', '"6f1c0f0e"', '"6f1c0f0e"'], ['timespan', '"1.02:03:04"', '"1.02:03:04"'],
  ['long', '9007199254740991', '9007199254740991'], ['long', '9007199254740993', '"9007199254740993"'], ['long', '-9223372036854775808', '"-9223372036854775808"'], ['long', '"12"', '12'],
  ['int', '7', '7'], ['real', '0.1', '0.1'], ['real', '12345678901234567890', '12345678901234567000'], ['real', '"3.5"', '3.5'], ['bool', 'true', 'true'], ['bool', '0', 'false'], ['bool', '1', 'true'],
  ['decimal', '"12345678901234567890.123"', '"12345678901234567890.123"'], ['decimal', '1.5', '"1.5"'],
  ['dynamic', '"{\\"a\\":[1,\\"x\\"]}"', '{"a":[1,"x"]}'], ['dynamic', '"{\\n\\"a\\": 1}"', '{"a":1}'], ['dynamic', '"{\\"n\\":12345678901234567890}"', '{"n":12345678901234567890}'], ['dynamic', '"plain text"', '"plain text"'], ['dynamic', '{"a":1}', '{"a":1}'],
])('a %s %s is written as %s', (type, given, written) => {
  expect(lines([['C', type]], `[[${given}]]`)).toEqual([`{"C":${written}}\n`]);
});

test.each([['null', 'string', 'null'], ['not a number', 'real', '"NaN"'], ['infinite', 'real', '"Infinity"']])('a cell that is %s is left out', (_what, type, given) => {
  expect(lines([['A', type], ['B', 'int']], `[[${given},1]]`)).toEqual(['{"B":1}\n']);
});

test('the order of the rows does not depend on that of the answer', () => {
  const columns = [['A', 'int'], ['B', 'string']] as const;
  expect(lines(columns, '[[2,"x"],[1,"y"],[2,"a"]]')).toEqual(lines(columns, '[[2,"a"],[2,"x"],[1,"y"]]'));
});

test('an answer that is torn or something else is none', () => {
  for (const text of ['', '{"tables":[{"name":"Prim', '<html>', '{"tables":[]}', '{"tables":[{"name":"a","columns":[],"rows":{}}]}']) expect(answerIn(text)).toBeUndefined();
});
