import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openMessage } from './envelope.ts';

const opened = (value: string | Buffer | null) => {
  const { lines, refused } = openMessage(value === null ? null : Buffer.from(value));
  return { lines: lines.map(({ bytes, from, to }) => bytes.toString('utf8', from, to)), hours: lines.map(({ hour }) => hour), refused: refused.map(({ reason }) => reason), kept: refused.map(({ bytes }) => bytes.toString()) };
};

test.each([
  ['the envelope', '{"records":[{"a":1},{"b":"x"}]}', ['{"a":1}', '{"b":"x"}']],
  ['the envelope with other members around', '{"x":{"records":[{"no":1}]},"records" : [ {"a":1} , {"b":2} ] ,"y":[1]}', ['{"a":1}', '{"b":2}']],
  ['an empty envelope', '{"records":[]}', []],
  ['a list', ' [ {"a":1} ,{"b":[{}]} ] ', ['{"a":1}', '{"b":[{}]}']],
  ['a single record', '  {"a":{"b":1}}\n', ['{"a":{"b":1}}']],
  ['a record with a member "records" that is no list', '{"records":3}', ['{"records":3}']],
  ['a byte-order mark', '\uFEFF{"a":1}', ['{"a":1}']],
  ['the last of two lists, as JSON has it', '{"records":[{"a":1}],"records":[{"b":2}]}', ['{"b":2}']],
  ['a name of the list in escapes', '{"\\u0072ecords":[{"a":1}]}', ['{"a":1}']],
  ['line breaks between parts', '{"records":[{\n"a":\r\n"x\\n y"\n}]}', ['{ "a":  "x\\n y" }']],
  ['numbers and texts that would not survive rewriting', '{"records":[{"n":1.0,"big":12345678901234567890,"e":1E+2,"u":"\\u00e9","q":"\\"}],{"}]}', ['{"n":1.0,"big":12345678901234567890,"e":1E+2,"u":"\\u00e9","q":"\\"}],{"}']],
  ['keys of the object prototype', '{"records":[{"__proto__":{"polluted":1},"constructor":1}]}', ['{"__proto__":{"polluted":1},"constructor":1}']],
])('%s', (_, text, lines) => {
  expect(opened(text)).toMatchObject({ lines, refused: [] });
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test.each([
  ['nothing', null, 'it is empty'],
  ['an empty text', '', 'it is empty'],
  ['no JSON', '{"records":[{"a":1}', 'it is not JSON'],
  ['a NUL byte', '{"a":"\0"}', 'it is not JSON'],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'it is not UTF-8'],
  ['a number', '7', 'it is neither a record nor a list of records'],
])('%s is refused whole', (_, value, reason) => {
  expect(opened(value)).toMatchObject({ lines: [], refused: [reason] });
});

test('what is no record is refused by itself, and the others stay', () => {
  const long = `{"a":"${'x'.repeat(4 * 2 ** 20)}"}`;
  const deep = `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`;
  const { lines, refused, kept } = opened(`{"records":[{"a":1},7,"x,]",null,[{}],${long},${deep},{"b":2}]}`);
  expect(lines).toEqual(['{"a":1}', '{"b":2}']);
  expect(refused).toEqual([...Array.from({ length: 4 }, () => 'it is no record but something else in a list of records'), 'it has 4194312 bytes, and a record may have 4194304', 'it is nested 5001 levels deep, and a record may have 100']);
  expect(kept).toEqual(['7', '"x,]"', 'null', '[{}]', long, deep]);
});

const at = (time: unknown): number | undefined => opened(JSON.stringify({ TimeGenerated: time })).hours[0];
test('the hour is that of TimeGenerated, and of nothing inside the record', () => {
  expect(at('2026-11-24T06:59:59.9999999Z')).toBe(Date.UTC(2026, 10, 24, 6) / 3_600_000);
  expect(at('2026-11-24T07:30:00+01:00')).toBe(Date.UTC(2026, 10, 24, 6) / 3_600_000);
  expect(at('2026-11-24T25:00:00Z')).toBeUndefined();
  for (const time of [7, null, 'soon', {}, '', '-000001-01-01T00:00:00Z', '0001-01-01T00:00:00Z']) expect(at(time)).toBeUndefined();
  expect(opened('{"x":{"TimeGenerated":"2026-11-24T06:00:00Z"}}').hours).toEqual([undefined]);
  expect(opened('{"TimeGenerated":"2020-01-01T00:00:00Z","TimeGenerated":"2026-11-24T06:00:00Z"}').hours).toEqual([Date.UTC(2026, 10, 24, 6) / 3_600_000]);
});

test('whatever the records are and however they are spaced, each is one line with the same content', () =>
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue())), fc.constantFrom(undefined, 1, '\t'), (records, space) => {
      const { lines, refused } = opened(JSON.stringify({ before: '"records":[', records }, undefined, space));
      expect(refused).toEqual([]);
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(JSON.parse(JSON.stringify(records)));
      for (const line of lines) expect(line).not.toMatch(/[\r\n]/);
    }),
    { numRuns: 200 },
  ));
