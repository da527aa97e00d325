import type { Columns } from '../contracts/columns.ts';
import type { AlgorithmDefinition } from '../contracts/define.ts';
import type { Check } from './check.ts';
import { descriptionChecks } from './description.ts';
import { abilityChecks } from './algorithm/abilities.ts';
import { answerChecks } from './algorithm/answers.ts';
import type { AlgorithmFixture } from './algorithm/fixture.ts';
import { orderChecks } from './algorithm/order.ts';
import { persistenceChecks } from './algorithm/persistence.ts';
import { profileChecks } from './algorithm/profiles.ts';
import { scopeChecks } from './algorithm/scopes.ts';
import { stoppingChecks } from './algorithm/stopping.ts';
import { timeChecks } from './algorithm/time.ts';
import { Trial } from './algorithm/trial.ts';
import { worthChecks } from './algorithm/worth.ts';

/** Every promise of the algorithm contract that applies to this one (after river's `yield_checks`). An ill-formed fixture throws at once. */
export function* algorithmChecks<In extends Columns>(definition: AlgorithmDefinition<any, In, any, any>, fixture: AlgorithmFixture<In>): Iterable<Check> {
  const trial = new Trial(definition, fixture);
  yield* descriptionChecks(definition, fixture.settings);
  yield* profileChecks(definition);
  yield* answerChecks(trial);
  yield* orderChecks(trial);
  yield* persistenceChecks(trial);
  yield* stoppingChecks(trial);
  yield* worthChecks(trial);
  yield* scopeChecks(trial);
  yield* timeChecks(trial);
  yield* abilityChecks(trial);
}
