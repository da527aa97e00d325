import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { ByomlError } from '../contracts/errors.ts';
import { openCatalogue } from './catalogue.ts';
import type { FoundPlugin } from './find.ts';
import { packPlugin } from './pack.ts';
import { code, packageJson, removeTemporaryFolders, temporaryFolder, writePackage } from './plugin.test.fixture.ts';

afterAll(removeTemporaryFolders);

let root: string;
beforeEach(async () => {
  root = await temporaryFolder();
});

const rule = '@acme/odd/odd-rule';

async function install(name: string, version: string, files?: Readonly<Record<string, string>>): Promise<string> {
  const folder = await writePackage(join(root, 'node_modules', name), { ...packageJson, version }, files);
  await packPlugin(folder);
  return folder;
}

/** The current version 2 and two older ones beside it. */
async function threeVersions(): Promise<void> {
  await install('@acme/odd', '2.0.0');
  await install('byoml-kept-1', '1.0.0');
  await install('byoml-kept-2', '1.1.0');
}

test('what a plugin is admitted by is asked once, before its code runs, and told where it was found', async () => {
  const folder = await install('@acme/odd', '1.0.0');
  const asked: FoundPlugin[] = [];
  const admit = async (found: FoundPlugin): Promise<void> => void asked.push(found);
  const opened = await openCatalogue({ roots: [root], folders: [], admit });
  opened.describe(rule);
  expect(asked).toEqual([]);
  await Promise.all([opened.load('rule-template', rule), opened.load('rule-template', rule)]);
  expect(asked.map(({ name, version, folder: at, root: from }) => [name, version, at, from])).toEqual([['@acme/odd', '1.0.0', folder, root]]);
});

test('a plugin that is not admitted does not run', async () => {
  const folder = await install('@acme/odd', '1.0.0');
  await writeFile(join(folder, 'index.js'), 'throw new Error("ran")');
  const opened = await openCatalogue({ roots: [root], folders: [], admit: () => Promise.reject(new ByomlError('SANDBOX_REQUIRED', 'no')) });
  for (const _ of [1, 2]) await expect(opened.load('rule-template', rule)).rejects.toMatchObject({ code: 'SANDBOX_REQUIRED' });
});

test('a folder named by hand is told from an installed one', async () => {
  const folder = await install('@acme/odd', '1.0.0');
  const roots: Array<string | null> = [];
  const opened = await openCatalogue({ roots: [], folders: [folder], admit: async ({ root: from }) => void roots.push(from) });
  await opened.load('rule-template', rule);
  expect(roots).toEqual([null]);
});

test('kept versions are listed apart and never stand in for the current one', async () => {
  await threeVersions();
  const opened = await openCatalogue({ roots: [root], folders: [] });
  expect(opened.plugins.map(({ version }) => version)).toEqual(['2.0.0']);
  expect(opened.kept.map(({ name, version }) => `${name}@${version}`).sort()).toEqual(['@acme/odd@1.0.0', '@acme/odd@1.1.0']);
  expect((await opened.load('rule-template', rule)).version).toBe('2.0.0');
  expect(opened.describe('@acme/odd').version).toBe('2.0.0');
});

test.each([['1.0.0', '1.0.0'], ['^1.0.0', '1.1.0'], ['>=1', '2.0.0'], ['2.0.0', '2.0.0']])('the address …@%s leads to version %s', async (range, version) => {
  await threeVersions();
  const opened = await openCatalogue({ roots: [root], folders: [] });
  expect(await opened.load('rule-template', `${rule}@${range}`)).toMatchObject({ address: rule, version });
  expect(opened.describe(`${rule}@${range}`).version).toBe(version);
});

test('a version that is nowhere is refused with those that are there, and a kept one alone is not the plugin', async () => {
  await install('byoml-kept-1', '1.0.0');
  const opened = await openCatalogue({ roots: [root], folders: [] });
  await expect(opened.load('rule-template', `${rule}@^3.0.0`)).rejects.toThrow('plugin @acme/odd ^3.0.0 is not installed, but 1.0.0 is');
  await expect(opened.load('rule-template', rule)).rejects.toMatchObject({ code: 'PLUGIN_NOT_FOUND' });
});

test('each version is admitted and runs its own code', async () => {
  await install('@acme/odd', '2.0.0', { 'index.js': code('New') });
  await install('byoml-kept-1', '1.0.0', { 'index.js': code('Old') });
  const admitted: string[] = [];
  const opened = await openCatalogue({ roots: [root], folders: [], admit: async ({ version }) => void admitted.push(version) });
  const summaries = await Promise.all([rule, `${rule}@1.0.0`].map(async (address) => (await opened.load('rule-template', address)).definition.summary));
  expect([summaries, admitted.sort()]).toEqual([['New', 'Old'], ['1.0.0', '2.0.0']]);
});

test('the address of a version that made something leads there only while it is kept', async () => {
  await threeVersions();
  const opened = await openCatalogue({ roots: [root], folders: [] });
  expect([opened.keptAddress(rule, '1.0.0'), opened.keptAddress(rule, '2.0.0'), opened.keptAddress(rule, '0.9.0')]).toEqual([`${rule}@1.0.0`, rule, rule]);
});
