import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import duckdb from '@byoml/duckdb';
import { kind, type Engine, type PluginDefinition, type Stamped } from '@byoml/core';
import { pluginChecks, type Check, type Conformance } from '@byoml/core/testkit';
import { afterAll, describe, expect, test } from 'vitest';

const plugins = join(import.meta.dirname, '..', 'plugins');
const folder = await mkdtemp(join(tmpdir(), 'byoml-plugins-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const [engineDefinition] = duckdb.components.filter((component) => component[kind] === 'engine');
const engine = (): Promise<Engine> => engineDefinition?.create(engineDefinition.settings.parse({}), {}) as Promise<Engine>;

const source = <T>(name: string, file: string): Promise<T> => import(pathToFileURL(join(plugins, name, 'src', file)).href) as Promise<T>;

/** Every plugin in the folder is tested by existing: with the fixtures of its conformance.ts. */
async function checksOf(name: string): Promise<Check[]> {
  const { default: plugin } = await source<{ default: Stamped<'plugin', PluginDefinition> }>(name, 'index.ts');
  const { conformance } = await source<{ conformance: Conformance }>(name, 'conformance.ts');
  const own = await mkdtemp(join(folder, `${name}-`));
  return [...pluginChecks(plugin, await conformance({ engine, folder: own }))];
}

const names = (await readdir(plugins, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
const found = await Promise.all(names.map(async (name) => [name, await checksOf(name)] as const));

test('the plugins this issue delivers are there', () => {
  expect(names).toEqual(expect.arrayContaining(['anomalous-resource-access', 'duckdb', 'files']));
});

describe.each(found)('%s', (_name, checks) => {
  for (const { name, run } of checks) test(name, run);
});
