import { z } from 'zod';
import { expect, test } from 'vitest';
import { definePlugin, defineRuleTemplate } from '../contracts/define.ts';
import { fixture, rareAccess } from './algorithm/rare-access.test.fixture.ts';
import { broken } from './check.ts';
import { memoryEngineDefinition } from './fakes/memory-engine.ts';
import { pluginChecks, type PluginFixtures } from './plugin.ts';

const algorithm = rareAccess() as never;
const fixtures: PluginFixtures = { 'algorithm/rare-access': fixture };
const red = async (components: readonly unknown[], given: PluginFixtures): Promise<string[]> => [...(await broken(pluginChecks(definePlugin({ components } as never), given))).keys()];

test('a plugin is checked with every component, each check named by its component', async () => {
  expect(await red([algorithm], { ...fixtures, 'algorithm/rare-access:other-settings': { ...fixture, settings: { unused: 2 } } })).toEqual([]);
  const names = [...pluginChecks(definePlugin({ components: [algorithm] }), fixtures)].map(({ name }) => name);
  expect(names).toContain('algorithm/rare-access: ranks the odd above the usual');
});

test('components of two kinds may share an id, two of one kind may not', async () => {
  const rule = defineRuleTemplate({ id: 'rare-access', summary: 'Never alerts.', title: 'x', settings: z.strictObject({}), attack: ['T1078'], falsePositives: ['x'], blindSpots: ['x'], columns: {}, create: () => () => [] });
  expect(await red([algorithm, rule], fixtures)).toEqual(['has a fixture for each component and none besides']);
  expect(await red([algorithm, algorithm], fixtures)).toEqual(['gives each component of a kind an id of its own']);
});

test('a component without a fixture, a fixture without a component, and an empty plugin are red', async () => {
  expect(await red([algorithm, memoryEngineDefinition], fixtures)).toEqual(['has a fixture for each component and none besides']);
  expect(await red([algorithm], { ...fixtures, 'engine/memory': {} })).toEqual(['has a fixture for each component and none besides']);
  expect(await red([], {})).toEqual(['is made by definePlugin and holds components']);
});
