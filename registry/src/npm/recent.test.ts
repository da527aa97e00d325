import { expect, test } from 'vitest';
import { Recent } from './recent.ts';

test('what was not used for longest goes first, and nothing that weighs too much stays', () => {
  const recent = new Recent<string>(6, (text) => text.length);
  recent.put('a', 'aa');
  recent.put('b', 'bb');
  recent.put('c', 'cc');
  recent.get('a');
  recent.put('d', 'd');
  expect(['a', 'b', 'c', 'd'].map((key) => recent.get(key))).toEqual(['aa', undefined, 'cc', 'd']);
  recent.put('a', 'a');
  recent.put('e', 'ee');
  expect(['a', 'c', 'd', 'e'].map((key) => recent.get(key))).toEqual(['a', 'cc', 'd', 'ee']);
  recent.put('large', 'x'.repeat(7));
  expect(recent.get('large')).toBeUndefined();
});
