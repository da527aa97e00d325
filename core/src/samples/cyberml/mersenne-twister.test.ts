import { expect, test } from 'vitest';
import { MersenneTwister } from './mersenne-twister.ts';

test('the key [42] gives the outputs of Python\'s random.Random(42)', () => {
  const random = new MersenneTwister([42]);
  expect([random.bits(), random.bits(), random.bits(), random.bits()]).toEqual([2746317213, 478163327, 107420369, 3184935163]);
});

test('the key [0x123, 0x234, 0x345, 0x456] gives the published outputs of init_by_array, also after the state was renewed', () => {
  const random = new MersenneTwister([0x123, 0x234, 0x345, 0x456]);
  expect([random.bits(), random.bits(), random.bits()]).toEqual([1067595299, 955945823, 477289528]);
  for (let i = 3; i < 999; i++) random.bits();
  expect(random.bits()).toBe(3460025646);
});

test('integers cover their range and nothing else', () => {
  const random = new MersenneTwister([1]);
  const drawn = new Set(Array.from({ length: 500 }, () => random.integer(5, 9)));
  expect([...drawn].sort((a, b) => a - b)).toEqual([5, 6, 7, 8, 9]);
  expect(random.integer(3, 3)).toBe(3);
});
