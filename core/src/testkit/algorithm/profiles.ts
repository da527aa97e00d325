import type { AlgorithmDefinition } from '../../contracts/define.ts';
import { check, type Check } from '../check.ts';

/** Named sets of settings are settings. */
export function* profileChecks({ settings, profiles }: AlgorithmDefinition): Iterable<Check> {
  if (profiles === undefined) return;
  yield check('has profiles that are valid settings', () => {
    for (const profile of Object.values(profiles)) settings.partial().parse(profile);
  });
}
