import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { kind } from '../contracts/define.ts';
import { openCatalogue } from './catalogue.ts';
import { readInstalled } from './installed.ts';
import { importPlugin } from './load.ts';
import { packPlugin } from './pack.ts';
import { code, packageJson, removeTemporaryFolders, temporaryFolder, writePackage } from './plugin.test.fixture.ts';
import { parseSettings } from './settings.ts';
import { settingsFromText } from './settings-text.ts';
import { verifyPlugin } from './verify.ts';

afterAll(removeTemporaryFolders);

let root: string;
let folder: string;
beforeEach(async () => {
  root = await temporaryFolder();
  folder = join(root, 'node_modules', '@acme', 'odd');
});

const catalogue = () => openCatalogue({ roots: [root], folders: [] });
const failure = (name: string, phase?: string) => expect.objectContaining({ code: name, ...(phase && { details: expect.objectContaining({ phase }) }) });

test('a packed plugin is listed from its manifest alone and loaded by address', async () => {
  await writePackage(folder);
  await packPlugin(folder);
  const opened = await catalogue();
  expect(opened.plugins.map(({ name, version }) => ({ name, version }))).toEqual([{ name: '@acme/odd', version: '1.2.3' }]);
  expect(opened.plugins[0]?.manifest.components).toEqual([expect.objectContaining({ id: 'odd-rule', kind: 'rule-template', attack: ['T1021.002'], kql: false })]);
  const loaded = await opened.load('rule-template', '@acme/odd/odd-rule');
  expect(loaded).toMatchObject({ address: '@acme/odd/odd-rule', plugin: '@acme/odd', version: '1.2.3' });
  expect(loaded.definition[kind]).toBe('rule-template');
});

test('listing and describing run no code of a plugin', async () => {
  await writePackage(folder);
  await packPlugin(folder);
  await writeFile(join(folder, 'index.js'), 'throw new Error("ran")');
  const opened = await catalogue();
  expect(opened.describe('@acme/odd').components).toHaveLength(1);
  expect(opened.describe('@acme/odd/odd-rule').components).toHaveLength(1);
});

test('a plugin that names its entry by main alone is read', async () => {
  const { exports: _, ...withoutExports } = packageJson;
  await writePackage(folder, { ...withoutExports, main: 'index.js' });
  await packPlugin(folder);
  expect((await openCatalogue({ roots: [], folders: [folder] })).plugins).toHaveLength(1);
});

test('packing twice writes the same bytes and leaves no temporary', async () => {
  await writePackage(folder);
  const { path } = await packPlugin(folder);
  const before = await readFile(path, 'utf8');
  await packPlugin(folder);
  expect(await readFile(path, 'utf8')).toBe(before);
});

test('verifying names the phases that passed', async () => {
  await writePackage(folder);
  await packPlugin(folder);
  expect((await verifyPlugin(folder)).phases.map(({ phase }) => phase)).toEqual(['resolve', 'compatible', 'import', 'export', 'manifest']);
});

const json = (over: object): string => JSON.stringify({ ...packageJson, ...over });
const files = (entry: string) => ({ 'index.js': entry });
const spoil = async (change: (manifest: any) => void): Promise<void> => {
  const { path, manifest } = await packPlugin(folder);
  change(manifest);
  await writeFile(path, JSON.stringify(manifest));
};

test.each<[string, string, string | undefined, () => Promise<unknown>]>([
  ['no package.json', 'PLUGIN_NOT_FOUND', 'resolve', () => mkdir(folder, { recursive: true })],
  ['a package.json without the keyword', 'PLUGIN_NOT_FOUND', 'resolve', () => writePackage(folder, json({ keywords: [] }))],
  ['a torn package.json', 'PLUGIN_MANIFEST_INVALID', 'resolve', () => writePackage(folder, '{"keywords": ["byoml-plugin"]')],
  ['a package.json without version', 'PLUGIN_MANIFEST_INVALID', 'resolve', () => writePackage(folder, json({ version: undefined }))],
  ['no manifest', 'PLUGIN_MANIFEST_MISSING', 'resolve', () => writePackage(folder)],
  ['a torn manifest', 'PLUGIN_MANIFEST_INVALID', 'resolve', () => writePackage(folder, packageJson, { 'index.js': code(), 'byoml.plugin.json': '{' })],
  ['an unknown manifest field', 'PLUGIN_MANIFEST_INVALID', 'resolve', async () => { await writePackage(folder); await spoil((manifest) => { manifest.extra = 1; }); }],
  ['a manifest of a newer contract', 'PLUGIN_INCOMPATIBLE', 'resolve', async () => { await writePackage(folder); await spoil((manifest) => { manifest.contract = 2; }); }],
  ['a manifest of another version', 'PLUGIN_MANIFEST_STALE', 'resolve', async () => { await writePackage(folder); await spoil((manifest) => { manifest.version = '1.2.2'; }); }],
  ['a manifest that lists a component twice', 'PLUGIN_DUPLICATE_COMPONENT', undefined, async () => { await writePackage(folder); await spoil((manifest) => { manifest.components.push(manifest.components[0]); }); }],
  ['a huge manifest', 'PLUGIN_MANIFEST_INVALID', 'resolve', () => writePackage(folder, packageJson, { 'index.js': code(), 'byoml.plugin.json': `{"contract":1${' '.repeat(5 << 20)}}` })],
  ['a peer range for another core', 'PLUGIN_INCOMPATIBLE', 'compatible', async () => { await writePackage(folder); await packPlugin(folder); await writePackage(folder, json({ peerDependencies: { '@byoml/core': '^7.0.0' } })); }],
  ['no peer range', 'PLUGIN_INCOMPATIBLE', 'compatible', async () => { await writePackage(folder); await packPlugin(folder); await writePackage(folder, json({ peerDependencies: {} })); }],
  ['a peer range of *', 'PLUGIN_INCOMPATIBLE', 'compatible', async () => { await writePackage(folder); await packPlugin(folder); await writePackage(folder, json({ peerDependencies: { '@byoml/core': '*' } })); }],
  ['a peer range without upper bound', 'PLUGIN_INCOMPATIBLE', 'compatible', async () => { await writePackage(folder); await packPlugin(folder); await writePackage(folder, json({ peerDependencies: { '@byoml/core': '>=0.1.0' } })); }],
  ['a peer range that is none', 'PLUGIN_INCOMPATIBLE', 'compatible', async () => { await writePackage(folder); await packPlugin(folder); await writePackage(folder, json({ peerDependencies: { '@byoml/core': 'workspace' } })); }],
])('%s is refused before any code runs', async (_, name, phase, make) => {
  await make();
  await expect(verifyPlugin(folder)).rejects.toEqual(failure(name, phase));
});

test.each<[string, string, string, () => Promise<unknown>]>([
  ['code that throws', 'PLUGIN_IMPORT_FAILED', 'import', () => writePackage(folder, packageJson, files('throw new Error("boom")'))],
  ['code with a syntax error', 'PLUGIN_IMPORT_FAILED', 'import', () => writePackage(folder, packageJson, files('export default {'))],
  ['a missing dependency', 'PLUGIN_IMPORT_FAILED', 'import', () => writePackage(folder, packageJson, files('import "not-there"'))],
  ['no entry file', 'PLUGIN_IMPORT_FAILED', 'import', () => writePackage(folder, packageJson, {})],
  ['an entry outside the package', 'PLUGIN_IMPORT_FAILED', 'import', () => writePackage(folder, json({ exports: './../../evil.js' }))],
  ['no default export', 'PLUGIN_NOT_A_PLUGIN', 'export', () => writePackage(folder, packageJson, files('export const x = 1'))],
  ['a default export of something else', 'PLUGIN_NOT_A_PLUGIN', 'export', () => writePackage(folder, packageJson, files('export default { components: [] }'))],
  ['a component without a stamp', 'PLUGIN_NOT_A_PLUGIN', 'export', () => writePackage(folder, packageJson, files("export default { [Symbol.for('byoml/kind')]: 'plugin', components: [{ id: 'x' }] }"))],
  ['a summary that the manifest does not know', 'PLUGIN_MANIFEST_STALE', 'manifest', () => writePackage(folder, packageJson, files(code('Another rule')))],
  ['two components of one id', 'PLUGIN_DUPLICATE_COMPONENT', 'manifest', () => writePackage(folder, packageJson, files(code().replace('[rule]', '[rule, rule]')))],
  ['an id that is no address', 'PLUGIN_MANIFEST_INVALID', 'manifest', () => writePackage(folder, packageJson, files(code('A rule', 'Odd Rule')))],
  ['a component without settings', 'PLUGIN_MANIFEST_INVALID', 'manifest', () => writePackage(folder, packageJson, files(code().replace('settings:', 'options:')))],
])('a plugin with %s fails in its own way', async (_, name, phase, spoilIt) => {
  // The manifest is that of a good plugin, made elsewhere: code is imported once per path and process.
  const good = await writePackage(join(root, 'good'));
  const { path } = await packPlugin(good);
  await spoilIt();
  await writeFile(join(folder, 'byoml.plugin.json'), await readFile(path));
  await expect(verifyPlugin(folder)).rejects.toEqual(failure(name, phase));
  await expect((await catalogue()).load('rule-template', '@acme/odd/odd-rule')).rejects.toEqual(failure(name, phase));
});

test('code that never finishes importing is given up', async () => {
  await writePackage(folder, packageJson, files('await new Promise(() => undefined)'));
  await expect(importPlugin(readInstalled(folder), undefined, 20)).rejects.toEqual(failure('PLUGIN_IMPORT_FAILED', 'import'));
});

test('a plugin with a copy of zod of its own is described and its settings are checked', async () => {
  const copy = join(root, 'node_modules', 'zod');
  await cp(dirname(createRequire(import.meta.url).resolve('zod/package.json')), copy, { recursive: true, dereference: true });
  await writePackage(folder, packageJson, { 'index.js': code('A rule', 'odd-rule', 'zod') });
  const { manifest } = await packPlugin(folder);
  expect(manifest.components[0]?.settings).toMatchObject({ properties: { severity: { enum: ['low', 'high'], default: 'low', description: 'How bad' } }, additionalProperties: false });
  const { definition } = await (await catalogue()).load('rule-template', '@acme/odd/odd-rule');
  expect(parseSettings(definition, {})).toEqual({ severity: 'low' });
  expect(() => parseSettings(definition, { severty: 'low' })).toThrow(/"severty": unknown; nearest: severity; allowed: severity/);
  expect(settingsFromText(definition.settings, ['severity=high'])).toEqual({ severity: 'high' });
});

test('a source and a sink may share an id', async () => {
  const one = code().replace("[rule]", "[{ ...rule, [kind]: 'data-source' }, { ...rule, [kind]: 'sink' }]");
  await writePackage(folder, packageJson, files(one));
  await packPlugin(folder);
  const opened = await catalogue();
  expect((await opened.load('sink', '@acme/odd/odd-rule')).definition[kind]).toBe('sink');
  expect((await opened.load('data-source', '@acme/odd/odd-rule')).definition[kind]).toBe('data-source');
  expect(opened.describe('@acme/odd/odd-rule').components).toHaveLength(2);
});

test('a broken plugin stops the listing: nothing is left out in silence', async () => {
  await writePackage(folder);
  await expect(catalogue()).rejects.toEqual(failure('PLUGIN_MANIFEST_MISSING'));
});

test('two folders of one name are refused, one folder reached twice is not', async () => {
  const [one, two] = [join(root, 'one'), join(root, 'two')];
  for (const at of [one, two]) { await writePackage(at); await packPlugin(at); }
  await expect(openCatalogue({ roots: [], folders: [one, two] })).rejects.toEqual(failure('PLUGIN_DUPLICATE_COMPONENT'));
  await mkdir(join(root, 'node_modules', '@acme'), { recursive: true });
  await symlink(one, folder);
  expect((await openCatalogue({ roots: [root], folders: [one] })).plugins).toHaveLength(1);
});

test('of two roots the earlier counts, and packages without the keyword do not', async () => {
  const other = await temporaryFolder();
  await writePackage(folder);
  await packPlugin(folder);
  const older = await writePackage(join(other, 'node_modules', '@acme', 'odd'), json({ version: '1.0.0' }));
  await packPlugin(older);
  await writePackage(join(other, 'node_modules', 'plain'), { name: 'plain', version: '1.0.0' });
  expect((await openCatalogue({ roots: [other, root], folders: [] })).plugins.map(({ version }) => version)).toEqual(['1.0.0']);
  expect((await openCatalogue({ roots: [root, other, join(root, 'none')], folders: [] })).plugins.map(({ version }) => version)).toEqual(['1.2.3']);
});

test('what is not there is named with what is nearest', async () => {
  await writePackage(folder);
  await packPlugin(folder);
  const opened = await catalogue();
  await expect(opened.load('rule-template', '@acme/od/odd-rule')).rejects.toThrow(/no plugin @acme\/od is installed; nearest: @acme\/odd/);
  await expect(opened.load('rule-template', '@acme/odd/od-rule')).rejects.toThrow(/has no rule-template "od-rule".*nearest: odd-rule/);
  await expect(opened.load('view', '@acme/odd/odd-rule')).rejects.toThrow(/it is of kind rule-template/);
  await expect(opened.load('rule-template', '@acme/odd/odd-rule@^2.0.0')).rejects.toEqual(failure('PLUGIN_NOT_FOUND'));
  expect(() => opened.describe('@acme/odd/nothing')).toThrow(failure('COMPONENT_NOT_FOUND'));
  await rm(folder, { recursive: true });
});

test('the source of a plugin is taken when core runs from source and the package holds it', async () => {
  const exports = { '.': { '@byoml/source': './source.js', types: './none.d.ts', default: './index.js' } };
  await writePackage(folder, json({ exports }), { 'source.js': code('From source'), 'index.js': code('Built') });
  expect((await packPlugin(folder)).manifest.components[0]?.summary).toBe('From source');
  const published = await writePackage(join(root, 'published'), json({ exports }), { 'index.js': code('Built') });
  expect((await packPlugin(published)).manifest.components[0]?.summary).toBe('Built');
});
