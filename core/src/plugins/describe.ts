import { z } from 'zod';
import type { Columns } from '../contracts/columns.ts';
import { componentKinds, kind, type Component, type PluginDefinition } from '../contracts/define.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Needs } from '../contracts/services.ts';
import { refuseDuplicates } from './duplicates.ts';
import { pluginManifest, type ComponentManifest, type PluginManifest } from './manifest.ts';

type Described = ComponentManifest | Readonly<Record<string, unknown>>;

const schemaOf = (schema: z.ZodType): Record<string, unknown> => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
};
const table = (columns: Columns): Record<string, unknown> => schemaOf(z.object(columns));

/** The further facts of each kind. */
const facts: { readonly [K in Component[typeof kind]]: (definition: Extract<Component, { readonly [kind]: K }>) => Described } = {
  'data-source': () => ({}),
  view: ({ table: name, columns, where, output }) => ({ table: name, input: table(columns), where, output: table(output) }),
  algorithm: ({ input, output = {}, alertUnit, population, statuses = ['scored'], profiles }) => ({ input: table(input), output: table(output), alertUnit, population, statuses, profiles }),
  sink: ({ columns }) => ({ columns: table(columns) }),
  'rule-template': ({ title, attack, falsePositives, blindSpots, columns, kql }) => ({ title, attack, falsePositives, blindSpots, columns: table(columns), kql: kql !== undefined }),
  engine: () => ({}),
};

const serviceNames = (needs: Needs | undefined): string[] | undefined => needs && Object.values(needs).map((token) => String(token.description).replace(/^byoml\//, ''));

function describeComponent(definition: Component): Described {
  const { id, summary, settings } = definition;
  const needs = serviceNames('needs' in definition ? definition.needs : undefined);
  return { kind: definition[kind], id, summary, settings: schemaOf(settings), needs, ...facts[definition[kind]](definition as never) };
}

function refuseUnstamped(components: unknown, name: string): void {
  const unstamped = Array.isArray(components) ? components.findIndex((component) => !componentKinds.includes(component?.[kind])) : 0;
  if (unstamped >= 0) throw new ByomlError('PLUGIN_NOT_A_PLUGIN', `${name}: component ${unstamped + 1} is not made by a define function of @byoml/core`, { details: { plugin: name } });
}

/**
 * The manifest of a plugin's definition; the same definition gives the same manifest. Throws PLUGIN_NOT_A_PLUGIN,
 * PLUGIN_MANIFEST_INVALID or PLUGIN_DUPLICATE_COMPONENT when the definition itself is wrong.
 */
export function describePlugin({ components, capabilities = {} }: PluginDefinition, { name, version }: { readonly name: string; readonly version: string }): PluginManifest {
  refuseUnstamped(components, name);
  refuseDuplicates(name, components.map((component) => ({ kind: component[kind], id: component.id })));
  const described = { contract: 1, name, version, capabilities, components: components.map((component) => attempt(name, component)) };
  // What a file keeps: no undefined, nothing that JSON cannot say.
  const parsed = pluginManifest.safeParse(JSON.parse(JSON.stringify(described)));
  if (!parsed.success) throw new ByomlError('PLUGIN_MANIFEST_INVALID', `${name}: ${z.prettifyError(parsed.error)}`, { details: { plugin: name } });
  return parsed.data;
}

function attempt(plugin: string, component: Component): Described {
  try {
    return describeComponent(component);
  } catch (thrown) {
    throw new ByomlError('PLUGIN_MANIFEST_INVALID', `${plugin}: component "${component.id}" cannot be described: ${(thrown as Error).message}`, { cause: thrown, details: { plugin, component: component.id } });
  }
}
