import type { EngineDefinition } from '../contracts/define.ts';
import type { Check } from './check.ts';
import { descriptionChecks } from './description.ts';
import { Bench } from './engine/bench.ts';
import { dialectChecks } from './engine/dialect.ts';
import { fileChecks } from './engine/files.ts';
import type { EngineFixture } from './engine/fixture.ts';
import { stoppingChecks } from './engine/stopping.ts';
import { tableChecks } from './engine/tables.ts';

/** Every promise of the engine contract, on tables the kit brings. */
export function* engineChecks(definition: EngineDefinition, fixture: EngineFixture = {}): Iterable<Check> {
  const bench = new Bench(definition, fixture);
  yield* descriptionChecks(definition, fixture.settings);
  yield* tableChecks(bench);
  yield* fileChecks(bench);
  yield* stoppingChecks(bench);
  yield* dialectChecks(bench);
}
