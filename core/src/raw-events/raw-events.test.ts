import { expect, test } from 'vitest';
import { confirmed, type Range } from './confirmed.ts';
import { linesHolding, ofDay, ofNames, ofPredicates, ofWholeNames, type Wanted } from './wanted.ts';
import { longestLine, wholeLines } from './whole-lines.ts';

const kept = (text: string, wanted: Wanted): string[] => Array.from(linesHolding(Buffer.from(text), wanted), (line) => line.toString());

test('lines are found by the last part of a name, whatever its case and whatever stands before it', () => {
  const wanted = ofNames('DOM\\ann', '\\\\FS1\\HR');
  expect(wanted).toEqual([{ texts: ['ann'] }, { texts: ['hr'] }]);
  expect(kept('{"u":"Ann","s":"\\\\\\\\*\\\\Hr"}\n{"u":"Bob","s":"HR"}\n{"u":"ann","s":"wiki"}\n{"u":"JoANN","s":"HRD"}', wanted)).toEqual(['{"u":"Ann","s":"\\\\\\\\*\\\\Hr"}', '{"u":"JoANN","s":"HRD"}']);
});

test('whole names leave out what only begins or ends like them', () => {
  const wanted = ofWholeNames('CORP\\ann', '\\\\FS1\\HR');
  expect(kept('hr ann corp fs1\nann fs1 hrd corp\njoann hr fs1 corp\nhr-ann.corp\\fs1\nhr hann ann corp fs1\nann hr fs1', wanted)).toEqual(['hr ann corp fs1', 'hr-ann.corp\\fs1', 'hr hann ann corp fs1']);
});

test.each([
  ['Müller', ['ller']],
  ['DOM\\数据', []],
  ['https://x.sharepoint.com/sites/hr/pay roll/', ['roll']],
  ['\\\\', []],
  ['', []],
  ['x', []],
])('what is looked for of the name %s', (name, texts) => {
  expect(ofNames(name).flatMap((wish) => wish.texts)).toEqual(texts);
});

test('a line that spells letters by their numbers is never passed over', () => {
  expect(kept('{"u":"\\u0061nn"}\n{"u":"bob"}', ofNames('ann'))).toEqual(['{"u":"\\u0061nn"}']);
});

test('of a predicate one value is enough, and only plain values are looked for', () => {
  const wanted = ofPredicates([{ columns: ['EventID'], in: ['5140', '5145'] }, { columns: ['Operation'], in: ['a/b', 'c'] }]);
  expect(wanted).toEqual([{ texts: ['5140', '5145'] }]);
  expect(kept('{"EventID":5140}\n{"EventID":4624}\n{"EventID":"5145"}', wanted)).toEqual(['{"EventID":5140}', '{"EventID":"5145"}']);
  expect(kept('a\n\nb\n', [])).toEqual(['a', '', 'b']);
});

test('a day is looked for as ISO 8601 spells it', () => {
  expect(ofDay(20_781)).toEqual([{ texts: ['2026-11-24'] }]);
  expect(ofDay(2_147_483_647)).toEqual([]);
});

async function linesOf(pieces: readonly string[]): Promise<string> {
  let text = '';
  for await (const block of wholeLines((async function* () { yield* pieces.map((piece) => Buffer.from(piece)); })())) text += `[${block.toString()}]`;
  return text;
}

test.each<[readonly string[], string]>([
  [['a\nb', 'c\nd'], '[a\n][bc\n][d]'],
  [['a', 'b', 'c'], '[abc]'],
  [['\uFEFFa\n', '\uFEFFb\n'], '[a\n][\uFEFFb\n]'],
  [['a\n'], '[a\n]'],
  [[], ''],
])('pieces %j are whole lines in the end', async (pieces, expected) => {
  expect(await linesOf(pieces)).toBe(expected);
});

test('a line that is too long is left out, and the next one is read', async () => {
  const long = 'x'.repeat(longestLine / 2);
  expect(await linesOf(['a\n', long, long, long, 'x\nb\n', 'c'])).toBe('[a\n][b\n][c]');
  expect(await linesOf([long, long, long])).toBe('');
});

interface Asking {
  readonly found: readonly number[];
  readonly asked: number;
}

/** The lines found among lines of these counts, and how often was asked; each range found is held to what was asked of it. */
async function find(counts: readonly number[], enough: number): Promise<Asking> {
  const asked = new Set<string>();
  const countOf = async ({ from, to }: Range): Promise<number> => {
    asked.add(`${from}-${to}`);
    return counts.slice(from, to).reduce((sum, count) => sum + count, 0);
  };
  const found: number[] = [];
  for await (const { from, to } of confirmed(counts.length, enough, countOf)) {
    expect(asked).toContain(`${from}-${to}`);
    for (let line = from; line < to; line++) found.push(line);
  }
  return { found, asked: asked.size };
}

test('every line that gives the row is found, in order, and none besides', async () => {
  for (let pattern = 0; pattern < 256; pattern++) {
    const counts = Array.from({ length: 8 }, (_, i) => (pattern >> i) & 1);
    const expected = [...counts.keys()].filter((i) => counts[i] === 1);
    for (const enough of [0, 1, 3, 8, 20]) expect((await find(counts, enough)).found).toEqual(expected);
  }
  expect((await find([], 5)).found).toEqual([]);
});

test('where all lines give the row, few questions are enough however many they are', async () => {
  expect((await find(Array.from({ length: 100_000 }, () => 1), 20)).asked).toBe(3);
});

test('where no line gives the row once, each is asked by itself', async () => {
  expect((await find([2, 0, 0, 2, 2, 0, 3, 0], 8)).found).toEqual([0, 3, 4, 6]);
});
