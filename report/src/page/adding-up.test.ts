import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addedUp } from './adding-up.ts';

const number = (text: string): number => Number(text.replace('−', '-'));

/** In units of the last decimal, where a reader's sum is exact. */
function sumOf(texts: readonly string[]): bigint {
  return texts.reduce((sum, text) => sum + BigInt(text.replace('−', '-').replace('.', '')), 0n);
}

test('the printed parts add up to the printed total', () => {
  expect(addedUp([1 / 3, 1 / 3, 1 / 3])).toEqual({ parts: ['0.334', '0.333', '0.333'], total: '1.000', exponent: 0 });
  fc.assert(fc.property(fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 40 }), (parts) => {
    const printed = addedUp(parts);
    expect(sumOf(printed.parts)).toBe(sumOf([printed.total]));
  }));
});

test('a printed part is within one unit of its last decimal', () => {
  fc.assert(fc.property(fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 40 }), (parts) => {
    const printed = addedUp(parts);
    const decimals = (printed.total.split('.')[1] ?? '').length;
    for (const [i, text] of printed.parts.entries()) expect(Math.abs(number(text) - (parts[i] as number) / 10 ** printed.exponent)).toBeLessThanOrEqual(1.000001 * 10 ** -decimals);
  }));
});

test('tiny sums are in units of a power of ten', () => {
  expect(addedUp([3e-9, 1e-9])).toEqual({ parts: ['3.000', '1.000'], total: '4.000', exponent: -9 });
});

test('nothing adds up to nothing', () => {
  expect(addedUp([])).toEqual({ parts: [], total: '0.000', exponent: 0 });
  expect(addedUp([0, 0]).total).toBe('0.000');
  expect(addedUp([5e-324]).total).toBe('0.000');
});
