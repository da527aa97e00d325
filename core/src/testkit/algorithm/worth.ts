import assert from 'node:assert/strict';
import { check, type Check } from '../check.ts';
import type { Trial } from './trial.ts';

/** How often an odd row outscores a usual one; ties count half. */
const separation = (odd: readonly number[], usual: readonly number[]): number => {
  const wins = odd.flatMap((high) => usual.map((low) => (high > low ? 1 : high === low ? 0.5 : 0)));
  return wins.reduce((sum: number, win) => sum + win, 0) / wins.length;
};

/** A detector beats a coin on a planted anomaly. */
export function* worthChecks(trial: Trial): Iterable<Check> {
  const least = trial.fixture.auc ?? 0.9;
  yield check('ranks the odd above the usual', async () => {
    assert.ok(least > 0.5 && least <= 1, 'the fixture\'s auc must be above .5');
    const surprises = await trial.surprise(await trial.fit());
    const auc = separation(surprises.slice(trial.usual.length), surprises.slice(0, trial.usual.length));
    assert.ok(auc >= least, `AUC of odd over usual rows is ${auc.toFixed(3)}, expected ${least} or more`);
  });
  yield check('does not answer a constant', async () => {
    const surprises = await trial.surprise(await trial.fit());
    assert.ok(new Set(surprises).size > 1, `every row got ${surprises[0]}`);
  });
}
