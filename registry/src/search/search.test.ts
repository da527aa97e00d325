import { gunzipSync } from 'node:zlib';
import MiniSearch from 'minisearch';
import { describe, expect, test } from 'vitest';
import type { Entry } from './entry.ts';
import { searchIndex } from './index-file.ts';
import { indexOptions } from './index-options.ts';
import { SearchIndex } from './search-index.ts';

const entry = (name: string, more: Partial<Entry> = {}): Entry => ({ name, version: '1.0.0', description: '', keywords: [], attack: [], kinds: [], date: '', owners: ['ann'], ...more });

const entries: readonly Entry[] = [
  entry('@acme/quiet-hours', { description: 'Finds work at unusual hours.', keywords: ['byoml-plugin', 'Time'], attack: ['T1078', 'T1021.002'], kinds: ['algorithm', 'rule-template'] }),
  entry('@acme/first_login', { description: 'A naïve look at logins in quiet times', keywords: ['byoml-plugin', 'login'], attack: ['T1021.001'], kinds: ['algorithm'], owners: ['Bob', 'ann'] }),
  entry('@other/hours', { version: '0.3.0', description: 'Opening times', keywords: ['calendar'] }),
  entry('hours-of-work', { keywords: ['time', 'calendar'], kinds: ['source'] }),
];

const namesIn = (index: SearchIndex, text: string): string[] => index.find(text, { from: 0, size: 100 }).hits.map(({ name }) => name);

function found(text: string, of: readonly Entry[] = entries): string[] {
  const index = new SearchIndex();
  for (const each of of) index.put(each.name, each);
  return namesIn(index, text);
}
const sorted = (text: string): string[] => found(text).sort();

describe('a search finds', () => {
  test.each([
    ['the parts of a name', 'acme hours', ['@acme/quiet-hours']],
    ['a name as it is written', '@acme/first_login', ['@acme/first_login']],
    ['the beginning of a word', 'cal', ['@other/hours', 'hours-of-work']],
    ['no other word where one is right', 'calendar', ['@other/hours', 'hours-of-work']],
    ['a word with a letter wrong', 'calender', ['@other/hours', 'hours-of-work']],
    ['a word without its accent, in any case', 'NAIVE', ['@acme/first_login']],
    ['a technique', 'T1021.002', ['@acme/quiet-hours']],
    ['the techniques below one', 't1021', ['@acme/first_login', '@acme/quiet-hours']],
    ['no neighbour of a technique', 't1079', []],
    ['a kind of component', 'rule-template', ['@acme/quiet-hours']],
    ['only what fits every word', 'hours calendar', ['@other/hours', 'hours-of-work']],
    ['nothing when one word fits nowhere', 'hours nonsense', []],
    ['everything for nothing', ' ', ['@acme/first_login', '@acme/quiet-hours', '@other/hours', 'hours-of-work']],
    ['nothing for signs', '!!!', []],
  ])('%s', (_, text, names) => expect(sorted(text)).toEqual(names));
});

describe('as npm users know it,', () => {
  test.each([
    ['keywords:time', ['@acme/quiet-hours', 'hours-of-work']],
    ['keywords:login,calendar', ['@acme/first_login', '@other/hours', 'hours-of-work']],
    ['keywords:time+calendar', ['hours-of-work']],
    ['keywords:calendar,-time', ['@other/hours']],
    ['keywords:-calendar', ['@acme/first_login', '@acme/quiet-hours']],
    ['maintainer:bob', ['@acme/first_login']],
    ['author:BOB', ['@acme/first_login']],
    ['=bob', ['@acme/first_login']],
    ['scope:other', ['@other/hours']],
    ['scope:@acme keywords:byoml-plugin quiet', ['@acme/first_login', '@acme/quiet-hours']],
    ['not:unstable calendar', ['hours-of-work']],
    ['is:unstable', ['@other/hours']],
    ['constructor:x', []],
  ])('%s', (text, names) => expect(sorted(text)).toEqual(names));
});

describe('the order', () => {
  test('begins with the package of that name', () => {
    expect(found('hours')[0]).toBe('@other/hours');
    expect(found('quiet-hours')[0]).toBe('@acme/quiet-hours');
  });

  test('does not depend on the order in which packages came, or on what was there before', () => {
    const alike = ['c', 'a', 'b'].map((name) => entry(name, { keywords: ['odd'] }));
    expect(found('odd', alike)).toEqual(['a', 'b', 'c']);
    const index = new SearchIndex();
    for (const each of entries) index.put(each.name, { ...each, description: 'odd' });
    for (const each of [...entries, ...alike].reverse()) index.put(each.name, each);
    index.put('hours-of-work', undefined);
    expect(namesIn(index, 'odd')).toEqual(['a', 'b', 'c']);
    expect(namesIn(index, 'hours')).toEqual(['@other/hours', '@acme/quiet-hours']);
  });
});

test('the index file of the same packages has the same bytes, and finds what the server finds', async () => {
  const bytes = await searchIndex(entries);
  expect(Buffer.from(await searchIndex(entries.toReversed())).equals(bytes)).toBe(true);
  const read = MiniSearch.loadJSON<Entry>(gunzipSync(bytes).toString(), indexOptions);
  expect(read.search('quiet login')).toEqual([expect.objectContaining({ id: '@acme/first_login', version: '1.0.0', owners: ['Bob', 'ann'] })]);
});
