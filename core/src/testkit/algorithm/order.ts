import assert from 'node:assert/strict';
import type { Model } from '../../contracts/algorithm.ts';
import { check, type Check } from '../check.ts';
import { aRun } from '../fakes/run.ts';
import { cells, cut, range, replay, take, type Cells } from '../table.ts';
import { assertNear, assertSameBytes, type Trial } from './trial.ts';

/** A fixed order that is neither the given one nor its reverse. */
const shuffled = <T>(rows: readonly T[]): T[] => {
  const step = [7, 5, 3, 2].find((candidate) => rows.length % candidate !== 0) ?? 1;
  return rows.map((_, i) => rows[(i * step + 1) % rows.length] as T).toReversed();
};

async function inParts(trial: Trial, model: Model, size: number): Promise<Record<string, unknown[]>> {
  const together: Record<string, unknown[]> = {};
  for (const part of cut(trial.table(trial.probe), size))
    for (const [name, column] of Object.entries(cells(await model.score(part, aRun())))) (together[name] ??= []).push(...column);
  return together;
}

async function fitOn(trial: Trial, rows: readonly Cells[], size: number, encoding: object): Promise<Model> {
  const learned = await trial.make().fit?.(replay(...cut(trial.table(rows, encoding), size)), aRun());
  return learned as Model;
}

/** What must not matter: batch cuts, row order, how texts are encoded, when it was learned. */
export function* orderChecks(trial: Trial): Iterable<Check> {
  yield check('scores the same wherever batches are cut', async () => {
    const model = await trial.fit();
    const whole = await trial.answer(model);
    for (const size of [1, 2, 3]) assert.deepEqual(await inParts(trial, model, size), whole, `batches of ${size}`);
  });
  yield check('scores the same in any order of rows', async () => {
    const model = await trial.fit();
    const order = shuffled(range(0, trial.probe.length));
    const turned = cells(await model.score(take(trial.table(trial.probe), order), aRun()));
    for (const [name, column] of Object.entries(await trial.answer(model))) assert.deepEqual(turned[name], order.map((row) => column[row]), `column "${name}"`);
  });
  if (!trial.learns) return;
  yield check('learns the same from rows in any order', async () => {
    const expected = await trial.surprise(await trial.fit());
    assertNear(await trial.surprise(await trial.fit(shuffled(trial.training))), expected, 1e-6, 'surprise after another order of training rows');
  });
  yield check('learns the same bytes from another copy of the data', async () => {
    const expected = await trial.bytes(await trial.fit());
    const copy = { reversed: true };
    assertSameBytes(await trial.bytes(await fitOn(trial, trial.training, trial.training.length, {})), expected, 'one batch instead of three');
    assertSameBytes(await trial.bytes(await fitOn(trial, trial.training, 1, copy)), expected, 'batches of one row, another dictionary');
  });
  yield check('learns the same bytes from the same seed', async () => {
    const [one, two] = await Promise.all([trial.fit(), trial.fit()]);
    assertSameBytes(await trial.bytes(two), await trial.bytes(one), 'learning twice');
  });
}
