import assert from 'node:assert/strict';
import type { z } from 'zod';
import { scoreColumns } from '../../contracts/algorithm.ts';
import { check, failsCatalogued, thrownBy, type Check } from '../check.ts';
import { aRun } from '../fakes/run.ts';
import { cells, replay, type Cells } from '../table.ts';
import { renamed, type Trial } from './trial.ts';

type Answer = Readonly<Record<string, readonly unknown[]>>;

/** Asserts what the contract says of answered columns: exactly those declared, their cells, finite surprise, declared statuses. */
export function assertAnswer({ definition }: Trial, answer: Answer, rows: number): void {
  const declared = { ...definition.output, ...scoreColumns } as Record<string, z.ZodType>;
  assert.deepEqual(Object.keys(answer).sort(), Object.keys(declared).sort(), 'columns answered and declared');
  const allowed = definition.statuses ?? ['scored'];
  for (const [name, schema] of Object.entries(declared)) {
    assert.equal(answer[name]?.length, rows, `cells of "${name}"`);
    answer[name]?.forEach((cell, i) => assert.ok(schema.safeParse(cell).success, `row ${i + 1}: "${name}" is ${String(cell)}`));
  }
  answer['surprise']?.forEach((value, i) => assert.ok(Number.isFinite(value), `row ${i + 1}: surprise is ${String(value)}`));
  answer['status']?.forEach((value, i) => assert.ok(allowed.includes(value as never), `row ${i + 1}: status "${String(value)}" is not declared`));
}

async function finite(trial: Trial, rows: readonly Cells[]): Promise<void> {
  assertAnswer(trial, await trial.answer(await trial.fit(), rows), rows.length);
}

/** A model of few rows, or a catalogued refusal to learn from them. */
async function learnsOrRefuses(trial: Trial, rows: readonly Cells[]): Promise<void> {
  const learning = trial.fit(rows);
  if ((await thrownBy(learning)) !== undefined) return failsCatalogued(learning, `learning from ${rows.length} rows`);
  assertAnswer(trial, await trial.answer(await learning), trial.probe.length);
}

/** What is answered: rows, columns, finite numbers; and that the input stays as it was. */
export function* answerChecks(trial: Trial): Iterable<Check> {
  yield check('answers one row per row', async () => {
    const { length } = await (await trial.fit()).score(trial.table(trial.probe), aRun());
    assert.equal(length, trial.probe.length);
  });
  yield check('answers the columns it declares, finite, with its statuses', () => finite(trial, trial.probe));
  yield check('answers nothing for nothing', async () => {
    const model = await trial.fit();
    assert.equal((await model.score(trial.table([]), aRun())).length, 0);
  });
  yield check('stays finite on names it never saw', async () => {
    await finite(trial, renamed(trial.input, trial.probe, { prefix: 'never-seen' }));
    for (const only of Object.keys(trial.input)) await finite(trial, renamed(trial.input, trial.probe, { prefix: 'never-seen', only }));
  });
  yield check('leaves the rows it scores unchanged', async () => {
    const probe = trial.table(trial.probe);
    await (await trial.fit()).score(probe, aRun());
    assert.deepEqual(cells(probe), cells(trial.table(trial.probe)));
  });
  if (!trial.learns) return;
  yield check('leaves the rows it learns from unchanged', async () => {
    const training = trial.cut(trial.training);
    await trial.make().fit?.(replay(...training), aRun());
    assert.deepEqual(training.map(cells), trial.cut(trial.training).map(cells));
  });
  yield check('learns from hardly any rows, or refuses with a catalogued error', async () => {
    await learnsOrRefuses(trial, trial.training.slice(0, 1));
    await learnsOrRefuses(trial, []);
  });
}
