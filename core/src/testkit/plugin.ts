import assert from 'node:assert/strict';
import type { AlgorithmFixture } from './algorithm/fixture.ts';
import { algorithmChecks } from './algorithm.ts';
import { componentKinds, kind, type Component, type ComponentKind, type PluginDefinition, type Stamped } from '../contracts/define.ts';
import type { Engine } from '../contracts/engine.ts';
import { check, type Check } from './check.ts';
import { dataSourceChecks, type DataSourceFixture } from './data-source.ts';
import { engineChecks } from './engine.ts';
import type { EngineFixture } from './engine/fixture.ts';
import { ruleTemplateChecks, type RuleTemplateFixture } from './rule-template.ts';
import { sinkChecks, type SinkFixture } from './sink.ts';
import { viewChecks, type ViewFixture } from './view.ts';

type FixtureOf = AlgorithmFixture | DataSourceFixture | EngineFixture | RuleTemplateFixture | SinkFixture | ViewFixture;

/** Fixtures of a plugin by `kind/id`, or by `kind/id:variant` for further ones of the same component: `algorithm/als-access:compat`. */
export type PluginFixtures = Readonly<Record<string, FixtureOf>>;

/** What checks of a whole plugin bring along: an engine of their choice, and a folder that they remove afterwards. */
export interface ConformanceHost {
  readonly engine: () => Promise<Engine>;
  readonly folder: string;
  /** What the fixtures started; it is stopped when the checks are over. */
  readonly closing: AsyncDisposableStack;
}

/** Why a plugin cannot be checked on this machine: what it speaks to cannot run here. */
export interface Unavailable {
  readonly missing: string;
}

/** What a plugin's `src/conformance.ts` exports as `conformance`. */
export type Conformance = (host: ConformanceHost) => PluginFixtures | Unavailable | Promise<PluginFixtures | Unavailable>;

const kits: { readonly [K in ComponentKind]: (component: any, fixture: any) => Iterable<Check> } = {
  'data-source': dataSourceChecks,
  view: viewChecks,
  algorithm: algorithmChecks,
  sink: sinkChecks,
  'rule-template': ruleTemplateChecks,
  engine: engineChecks,
};

/** The checks of the component's kind. */
export const componentChecks = (component: Component, fixture: FixtureOf): Iterable<Check> => kits[component[kind]](component, fixture);

const nameOf = (component: Component): string => `${component[kind]}/${component.id}`;
const withoutVariant = (name: string): string => name.split(':')[0] as string;

/** Every promise of a plugin: its own, then those of each component, named `kind/id: promise`. */
export function* pluginChecks(plugin: Stamped<'plugin', PluginDefinition>, fixtures: PluginFixtures): Iterable<Check> {
  const components = plugin.components ?? [];
  yield check('is made by definePlugin and holds components', () => {
    assert.equal(plugin[kind], 'plugin', 'export default definePlugin({ … })');
    assert.ok(components.length > 0, 'no components');
    for (const component of components) assert.ok(componentKinds.includes(component[kind]), `"${component.id}" is not made by a define function`);
  });
  yield check('gives each component of a kind an id of its own', () => {
    const names = components.map(nameOf);
    assert.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), [], 'used twice');
  });
  yield check('has a fixture for each component and none besides', () => {
    assert.deepEqual([...new Set(Object.keys(fixtures).map(withoutVariant))].sort(), [...new Set(components.map(nameOf))].sort());
  });
  for (const [name, fixture] of Object.entries(fixtures)) {
    const component = components.find((candidate) => nameOf(candidate) === withoutVariant(name));
    if (component) for (const { name: promise, run } of componentChecks(component, fixture)) yield { name: `${name}: ${promise}`, run };
  }
}
