import { expect, test } from 'vitest';
import { runText } from './run.ts';

const said = (counts: { delivered: number; refused: number }): string => runText({} as never, { records: [] }, { runs: [], trained: [], ...counts });

test('what was delivered and refused is said also when nothing was due; a refusal names the command that shows it', () => {
  expect(said({ delivered: 0, refused: 0 })).toBe('nothing is due');
  expect(said({ delivered: 1200, refused: 0 })).toBe('nothing is due\n1,200 results delivered');
  expect(said({ delivered: 0, refused: 3 })).toMatch(/3 results were refused .*: byoml deadletter list$/u);
});
