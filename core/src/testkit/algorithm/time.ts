import assert from 'node:assert/strict';
import { check, type Check } from '../check.ts';
import type { Cells } from '../table.ts';
import type { Trial } from './trial.ts';

const someDay = 20_000;
const dayOf = (row: Cells): number => (row['day'] as number | undefined) ?? someDay;

/** A day's scores cannot depend on days that had not come. For inputs with a `day` column. */
export function* timeChecks(trial: Trial): Iterable<Check> {
  if (!('day' in trial.input)) return;
  const dated = (rows: readonly Cells[], later = 0): Cells[] => rows.map((row) => ({ ...row, day: dayOf(row) + later }));
  const today = dated(trial.probe);
  const afterwards = [...dated(trial.probe, 40), ...dated(trial.probe, 41)];
  yield check('scores a day without the days after it', async () => {
    const fit = () => trial.fit(trial.learns ? dated(trial.training) : []);
    const expected = await trial.surprise(await fit(), today);
    const together = await trial.surprise(await fit(), [...today, ...afterwards]);
    assert.deepEqual(together.slice(0, today.length), expected, 'with later days in the same batch');
    const model = await fit();
    await trial.answer(model, afterwards);
    assert.deepEqual(await trial.surprise(model, today), expected, 'after later days were scored');
  });
}
