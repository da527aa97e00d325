import assert from 'node:assert/strict';
import type { Model } from '../../contracts/algorithm.ts';
import type { Explanation } from '../../contracts/explanation.ts';
import { surpriseAt } from '../../detection/without.ts';
import { check, type Check } from '../check.ts';
import { aRun } from '../fakes/run.ts';
import { cells, replay, type Cells } from '../table.ts';
import { assertAnswer } from './answers.ts';
import { assertNear, assertSameBytes, renamed, type Trial } from './trial.ts';

type Erased = Required<Pick<Model, 'scoreErased'>>;
type Explains = Required<Pick<Model, 'explain'>>;
type Refits = Required<Pick<Model, 'refit'>>;
type Updates = Required<Pick<Model, 'update'>>;

/** What models may do besides scoring: only what the fixture says this one can. */
export function* abilityChecks(trial: Trial): Iterable<Check> {
  const can = trial.fixture.can ?? {};
  yield check('can do exactly what its fixture says', async () => {
    const model = await trial.fit();
    const able = (['explain', 'refit', 'scoreErased', 'update'] as const).filter((name) => model[name] !== undefined);
    assert.deepEqual(able, Object.keys(can).sort(), 'abilities of the model and of `can` in the fixture');
  });
  if (can.explain) yield* explanationChecks(trial);
  if (can.scoreErased) yield* erasedChecks(trial);
  if (can.refit && trial.learns) yield* refitChecks(trial);
  if (can.update && trial.learns) yield* updateChecks(trial, can.update);
}

function assertExplains(of: Explanation, answer: Readonly<Record<string, readonly unknown[]>>, row: number): void {
  const sum = of.terms.reduce((total, { value }) => total + value, 0);
  const where = `row ${row + 1}`;
  assert.ok(of.explains in answer, `${where} explains "${of.explains}", which the model does not answer`);
  assert.ok(of.terms.every(({ value }) => Number.isFinite(value)) && Number.isFinite(of.total), `${where}: terms and total are finite`);
  assert.ok(Math.abs(sum - of.total) <= 1e-9 * Math.max(1e-300, Math.abs(of.total)), `${where}: terms sum to ${sum}, the total is ${of.total}`);
  const leads = surpriseAt(of, of.total);
  const scored = answer[of.explains]?.[row] as number;
  if (leads !== null) assert.ok(Math.abs(leads - scored) <= 1e-9 * Math.max(1, Math.abs(leads)), `${where}: the total leads to ${leads}, but ${of.explains} is ${scored}`);
  assert.ok(of.quantity.trim() && of.sentence.trim() && !of.sentence.includes('\n'), `${where}: quantity and sentence are one line each`);
  for (const { kind, sentence } of of.reasons) assert.ok(kind.trim() && sentence.trim(), `${where}: a reason has a kind and a sentence`);
}

function* explanationChecks(trial: Trial): Iterable<Check> {
  yield check('explains every row with terms that sum to the total', async () => {
    const model = (await trial.fit()) as Model & Explains;
    const rows = [...trial.probe, ...renamed(trial.input, trial.odd, { prefix: 'never-seen' })];
    const answer = await trial.answer(model, rows);
    const explanations = await model.explain(trial.table(rows), aRun());
    assert.equal(explanations.length, rows.length, 'explanations');
    explanations.forEach((explanation, i) => assertExplains(explanation, answer, i));
  });
  yield check('explains the same row the same way alone and after loading', async () => {
    const model = (await trial.fit()) as Model & Explains;
    const together = await model.explain(trial.table(trial.odd), aRun());
    const again = (await trial.load(await trial.bytes(model))) as Model & Explains;
    for (const [i, row] of trial.odd.entries()) assert.deepEqual(await again.explain(trial.table([row]), aRun()), [together[i]], `row ${i + 1}`);
  });
}

function* erasedChecks(trial: Trial): Iterable<Check> {
  const erased = async (model: Model, rows: readonly Cells[]): Promise<Record<string, unknown[]>> => cells(await (model as Model & Erased).scoreErased(trial.table(rows), aRun()));
  yield check('scores a learned pair as if it had never been seen', async () => {
    const answer = await erased(await trial.fit(), trial.training);
    assertAnswer(trial, answer, trial.training.length);
    assert.ok(!answer['status']?.includes('known'), 'an erased pair is not `known`');
  });
  yield check('erases nothing where there is nothing to erase', async () => {
    const model = await trial.fit();
    const rows = renamed(trial.input, trial.probe, { prefix: 'never-seen' });
    assert.deepEqual(await erased(model, rows), await trial.answer(model, rows));
  });
  yield check('erases row by row, wherever batches are cut', async () => {
    const model = await trial.fit();
    const whole = await erased(model, trial.training);
    for (const [i, row] of trial.training.entries())
      for (const [name, column] of Object.entries(await erased(model, [row]))) assert.deepEqual(column, [whole[name]?.[i]], `row ${i + 1}, "${name}"`);
  });
}

/** The training rows in two parts, the earlier days first where there are days. */
function halves({ training }: Trial): [Cells[], Cells[]] {
  const ordered = [...training].sort((a, b) => Number(a['day'] ?? 0) - Number(b['day'] ?? 0));
  return [ordered.slice(0, ordered.length >> 1), ordered.slice(ordered.length >> 1)];
}

function* refitChecks(trial: Trial): Iterable<Check> {
  const refitted = (model: Model, rows: readonly Cells[]): Promise<Model> => (model as Model & Refits).refit(replay(...trial.cut(rows)), aRun());
  yield check('learns the same bytes again from the same rows', async () => {
    const model = await trial.fit();
    const saved = await trial.bytes(model);
    assertSameBytes(await trial.bytes(await refitted(model, trial.training)), saved, 'the model after a refit');
    assertSameBytes(await trial.bytes(await refitted(await trial.load(saved), trial.training)), saved, 'the loaded model after a refit');
    assertSameBytes(await trial.bytes(model), saved, 'the old model after the refit');
  });
  yield check('knows after a refit what it was given, and nothing else', async () => {
    const [first, second] = halves(trial);
    const statuses = async (model: Model): Promise<unknown> => (await trial.answer(model, [...trial.training, ...trial.probe]))['status'];
    assert.deepEqual(await statuses(await refitted(await trial.fit(first), second)), await statuses(await trial.fit(second)), 'statuses');
  });
}

function* updateChecks(trial: Trial, update: true | { readonly asRefit: number }): Iterable<Check> {
  const [first, second] = halves(trial);
  const updated = (model: Model): Promise<Model> => (model as Model & Updates).update(replay(...trial.cut(second)), aRun());
  yield check('leaves the old model unchanged by an update', async () => {
    const model = await trial.fit(first);
    const [before, answer] = [await trial.bytes(model), await trial.answer(model)];
    await updated(model);
    assertSameBytes(await trial.bytes(model), before, 'the old model after the update');
    assert.deepEqual(await trial.answer(model), answer, 'scores of the old model after the update');
  });
  yield check('updates the same before and after being saved and loaded', async () => {
    const model = await trial.fit(first);
    const again = await trial.load(await trial.bytes(model));
    assert.deepEqual(await trial.answer(await updated(again)), await trial.answer(await updated(model)));
  });
  if (update === true) return;
  yield check('updates as if it had learned everything at once', async () => {
    const expected = await trial.surprise(await trial.fit([...first, ...second]));
    assertNear(await trial.surprise(await updated(await trial.fit(first))), expected, update.asRefit, 'surprise after the update');
  });
}
