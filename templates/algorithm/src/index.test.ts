import { pluginChecks, type AlgorithmFixture } from '@byoml/core/testkit';
import { describe, test } from 'vitest';
import plugin from './index.ts';

const at = (user: string, hour: number) => ({ user, hour });

const fixture: AlgorithmFixture = {
  training: [9, 10, 11, 9, 10, 9].flatMap((hour) => [at('ann', hour), at('bob', hour + 8)]),
  usual: [at('ann', 9), at('bob', 17)],
  odd: [at('ann', 3), at('bob', 9)],
};

describe('keeps every promise of an algorithm', () => {
  for (const { name, run } of pluginChecks(plugin, { 'algorithm/rare-hour': fixture })) test(name, run);
});
