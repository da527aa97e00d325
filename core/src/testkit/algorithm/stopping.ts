import assert from 'node:assert/strict';
import type { Progress } from '../../contracts/run.ts';
import { check, isStop, shown, thrownBy, within, type Check } from '../check.ts';
import { endless } from '../fakes/endless.ts';
import { aRun } from '../fakes/run.ts';
import type { Trial } from './trial.ts';

const stopped = (): { signal: AbortSignal; reason: Error } => {
  const reason = new Error('told to stop');
  return { signal: AbortSignal.abort(reason), reason };
};

/** Asserts that progress never goes back and never passes its total, unit by unit. */
export function assertGrowing(reported: readonly Progress[]): void {
  const last = new Map<string, number>();
  for (const { done, total, unit } of reported) {
    assert.ok(Number.isFinite(done) && done >= (last.get(unit) ?? 0), `${unit}: ${done} after ${last.get(unit) ?? 0}`);
    assert.ok(total === undefined || done <= total, `${unit}: ${done} of ${total}`);
    last.set(unit, done);
  }
}

/** Keeps the thread busy: stands for a step that takes long, since algorithms may look at the signal only from time to time. */
function lastFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** How much progress an algorithm reports after it has read its data; `onStep` hears of each. */
async function stepsAfterReading(trial: Trial, { signal = new AbortController().signal, onStep = () => {} }: { readonly signal?: AbortSignal; readonly onStep?: (step: number) => void } = {}): Promise<number> {
  let steps = 0;
  let read = false;
  const source = {
    async *[Symbol.asyncIterator]() {
      yield* trial.cut(trial.training);
      read = true;
    },
  };
  const progress = (): void => {
    if (!read) return;
    onStep(++steps);
  };
  await trial.make().fit?.(source, aRun({ signal, progress }));
  return steps;
}

/** Long calls end when told to and say how far they are. */
export function* stoppingChecks(trial: Trial): Iterable<Check> {
  const patience = trial.fixture.patienceMs ?? 5000;
  yield check('stops scoring when told', async () => {
    const model = await trial.fit();
    const { signal, reason } = stopped();
    const thrown = await within(patience, 'scoring must stop', thrownBy(model.score(trial.table(trial.probe), aRun({ signal }))));
    assert.ok(isStop(thrown, reason), `expected the signal's reason, received ${shown(thrown)}`);
  });
  if (!trial.learns) return;
  yield check('stops learning when told', async () => {
    const controller = new AbortController();
    const reason = new Error('told to stop');
    const source = endless(trial.table(trial.training), (asked) => asked === 3 && controller.abort(reason));
    const learning = thrownBy(Promise.resolve(trial.make().fit?.(source, aRun({ signal: controller.signal }))));
    const thrown = await within(patience, 'learning must stop', learning).finally(() => source.close());
    assert.ok(isStop(thrown, reason), `expected the signal's reason, received ${shown(thrown)}`);
  });
  yield check('stops between its own steps when told', async () => {
    if ((await stepsAfterReading(trial)) < 3) return; // done too soon to be stopped
    const controller = new AbortController();
    const reason = new Error('told to stop');
    const onStep = (step: number): void => {
      controller.abort(reason);
      if (step <= 20) lastFor(50);
    };
    const learning = stepsAfterReading(trial, { signal: controller.signal, onStep });
    const thrown = await within(patience, 'learning must stop', thrownBy(learning));
    assert.ok(isStop(thrown, reason), `expected the signal's reason, received ${shown(thrown)}`);
  });
  yield check('reports progress that only grows', async () => {
    const reported: Progress[] = [];
    await trial.fit(trial.training, aRun({ progress: (update) => void reported.push(update) }));
    assert.ok(reported.length > 0, 'learning reported no progress');
    assertGrowing(reported);
  });
}
