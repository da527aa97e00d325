import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bodyBytes, bodyOf, chunksOf, fitsAlone, sentRow, type SentRow } from './chunks.ts';
import { cutText, dynamicText, fieldBytes } from './field-limit.ts';

const chunked = (rows: readonly SentRow[]): Promise<ReadonlyArray<readonly SentRow[]>> => Array.fromAsync(chunksOf((async function* () { yield rows.slice(0, 3); yield rows.slice(3); })()));

/** Text of plain, escaped, two-, three- and four-byte characters and of halves of pairs, from nothing to more than a field holds. */
const texts = fc.tuple(fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\u0001', 'é', '漢', '😀', '\ud83d'), minLength: 1, maxLength: 12 }), fc.nat(40_000)).map(([unit, length]) => unit.repeat(Math.ceil(length / unit.length)));

test('whatever the text: a request has at most 1 MB of UTF-8, and the next row would not have fitted', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.record({ text: texts, list: fc.array(texts, { maxLength: 2 }) }), { minLength: 1, maxLength: 60 }), async (given) => {
    const rows = given.map((row, at) => sentRow(at, row)).filter(fitsAlone);
    const chunks = await chunked(rows);
    expect(chunks.flat().map(({ at }) => at)).toEqual(rows.map(({ at }) => at));
    chunks.forEach((chunk, i) => {
      const body = bodyOf(chunk);
      expect(body.length).toBeLessThanOrEqual(bodyBytes);
      expect(JSON.parse(body.toString())).toHaveLength(chunk.length);
      const next = chunks[i + 1]?.[0]?.bytes ?? Infinity;
      expect(body.length + 1 + next).toBeGreaterThan(bodyBytes);
    });
  }), { numRuns: 40 });
});

test('to the byte: what fills a request goes as one, one byte more as two', async () => {
  const row = (at: number, bytes: number): SentRow => ({ at, json: '1'.repeat(bytes), bytes });
  const half = (bodyBytes - 3) / 2;
  expect((await chunked([row(0, Math.floor(half)), row(1, Math.ceil(half))])).map((chunk) => bodyOf(chunk).length)).toEqual([bodyBytes]);
  expect(await chunked([row(0, Math.floor(half)), row(1, Math.ceil(half) + 1)])).toHaveLength(2);
  expect([fitsAlone(row(0, bodyBytes - 2)), fitsAlone(row(0, bodyBytes - 1))]).toEqual([true, false]);
});

const listMark: unknown = expect.stringMatching(/^…\[truncated by byoml: \d+ bytes\]$/);
const textMark: unknown = expect.stringMatching(/^.*…\[truncated by byoml: \d+ bytes\]$/su);
const marked = /^(.*)…\[truncated by byoml: (\d+) bytes\]$/su;

test('whatever the text: a field has at most 64 KB; what is cut begins as it did, with whole characters, and says how many bytes are gone', () => {
  fc.assert(fc.property(texts, (given) => {
    const text = given.toWellFormed();
    const cut = cutText(text);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(fieldBytes);
    const isCut = Buffer.byteLength(text) > fieldBytes;
    const [, kept = '', gone] = (isCut && marked.exec(cut)) || ['', cut, '0'];
    expect(text.startsWith(kept)).toBe(true);
    expect(kept.isWellFormed()).toBe(true);
    expect(Buffer.byteLength(kept) + Number(gone)).toBe(Buffer.byteLength(text));
    expect(Buffer.byteLength(cut)).toBeGreaterThan(isCut ? fieldBytes - 8 : -1);
  }), { numRuns: 200 });
});

test('whatever the value: the JSON of a dynamic field has at most 64 KB and stays JSON; a list stays a list', () => {
  fc.assert(fc.property(fc.oneof(fc.array(texts, { maxLength: 5 }), fc.dictionary(fc.constantFrom('a', 'b', 'c'), texts)), (value) => {
    const json = dynamicText(value);
    expect(Buffer.byteLength(json)).toBeLessThanOrEqual(fieldBytes);
    const [given, read] = [JSON.parse(JSON.stringify(value)) as unknown, JSON.parse(json) as unknown];
    const list = Array.isArray(read) && Array.isArray(given);
    const isCut = Buffer.byteLength(JSON.stringify(value)) > fieldBytes;
    const expected = list ? [...given.slice(0, read.length - 1), listMark] : textMark;
    expect(read).toEqual(isCut ? expected : given);
  }), { numRuns: 200 });
});
