import assert from 'node:assert/strict';
import { check, isStop, shown, thrownBy, within, type Check } from '../check.ts';
import { endless } from '../fakes/endless.ts';
import { aRun } from '../fakes/run.ts';
import { batchesScan, type Bench } from './bench.ts';

/** Long work in the engine ends when told to. */
export function* stoppingChecks(bench: Bench): Iterable<Check> {
  const patience = bench.fixture.patienceMs ?? 5000;
  yield check('stops reading a source when told', () =>
    bench.with(async (engine) => {
      const controller = new AbortController();
      const reason = new Error('told to stop');
      const source = endless(bench.parts()[0] as never, (asked) => asked === 3 && controller.abort(reason));
      const reading = thrownBy(engine.open(batchesScan(source), aRun({ signal: controller.signal })).then((relation) => relation.count()));
      const thrown = await within(patience, 'reading must stop', reading).finally(() => source.close());
      assert.ok(isStop(thrown, reason), `expected the signal's reason, received ${shown(thrown)}`);
    }));
  yield check('stops giving batches when told', () =>
    bench.with(async (engine) => {
      const relation = await bench.relation(engine);
      const controller = new AbortController();
      const reason = new Error('told to stop');
      const rest = async (): Promise<number> => {
        let after = -1;
        for await (const _ of relation.batches(aRun({ signal: controller.signal }))) if (after++ < 0) controller.abort(reason);
        return after;
      };
      const giving = rest();
      const thrown = await thrownBy(giving);
      if (thrown === undefined) assert.ok((await giving) < 1, 'batches came after the stop');
      else assert.ok(isStop(thrown, reason), `expected the signal's reason, received ${shown(thrown)}`);
    }));
}
