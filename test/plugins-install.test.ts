import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { publishPlugin } from './published-plugin.ts';
import { NpmUser } from './registry-client.ts';
import { startRegistry, type RegistryServer } from './registry-server.ts';
import { Soc, type RanByoml } from './soc.ts';

const name = '@acme/rare-hour';
const address = `${name}/rare-hour`;

let folder = '';
let registry: RegistryServer | undefined;
let author: NpmUser;
let soc: Soc;
let workspace = '';

const run = (...args: readonly string[]): Promise<RanByoml> => soc.run(...args);
const ok = (...args: readonly string[]): Promise<any> => soc.ok(...args);
const install = (version: string, ...more: readonly string[]): Promise<any> => ok('plugins', 'install', `${name}@${version}`, '--registry', registry?.line.url ?? '', '--yes', ...more);
const train = (...more: readonly string[]): Promise<RanByoml> => run('train', '--algorithm', address, '--data', 'logons.csv', '--model', 'model', ...more);
const refusedWith = (code: string) => ({ status: 5, document: { error: expect.objectContaining({ code }) } });
const lockFile = (): string => readFileSync(join(workspace, 'plugins.lock'), 'utf8');

/** Asks for a host, has a new setting, and says so in its summary. */
const larger = (code: string): string => code
  .replace('components: [rareHour] }', "components: [rareHour], capabilities: { hosts: ['intel.example.com'] } }")
  .replace('settings: z.strictObject({})', "settings: z.strictObject({ floor: z.number().default(1) })");

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'byoml-plugins-install-')));
  registry = await startRegistry(join(folder, 'registry'), '--cooldown', '0s');
  author = new NpmUser(folder, 'npm-newest', registry.line.url);
  await author.logIn('author', 'the password of author');
  await publishPlugin(author, { name, version: '1.0.0' });
  await publishPlugin(author, { name, version: '1.1.0', changed: (code) => code.replace('rarely active', 'seldom active') });
  await publishPlugin(author, { name, version: '2.0.0', changed: larger });
}, 240_000);
afterAll(async () => {
  await registry?.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  soc = new Soc(folder, author.home);
  workspace = soc.folder;
  const rows = Array.from({ length: 300 }, (_, i) => `u${i % 12},${8 + (i % 9)}`);
  writeFileSync(join(workspace, 'logons.csv'), `user,hour\n${rows.join('\n')}\n`);
});

test('a plugin is found, installed, listed, and runs only where somebody allowed it', async () => {
  const { packages } = await ok('plugins', 'search', 'rare', '--registry', registry?.line.url ?? '');
  expect(packages).toEqual([expect.objectContaining({ name, owners: ['author'] })]);

  expect(await run('plugins', 'install', `${name}@1.0.0`, '--registry', registry?.line.url ?? '')).toMatchObject(refusedWith('CONSENT_MISSING'));
  expect([existsSync(join(workspace, 'plugins.lock')), existsSync(join(workspace, '.byoml', 'plugins'))]).toEqual([false, false]);

  const installed = await install('1.0.0');
  expect(installed).toEqual({ name, version: '1.0.0', signer: { by: 'registry', account: 'author', key: null }, capabilities: {}, level: 'L3', digest: expect.stringMatching(/^sha512-/) });
  const { components } = await ok('plugins', 'list', '--kind', 'algorithm');
  expect(components).toContainEqual(expect.objectContaining({ address, version: '1.0.0', installed: { level: 'L3', signer: installed.signer } }));

  expect(await train()).toMatchObject({ status: 5, document: { error: { code: 'SANDBOX_REQUIRED', message: expect.stringMatching(/rare-hour 1\.0\.0.*--allow-level L0/) } } });
  const allowed = await train('--allow-level', 'L0');
  expect([allowed.status, allowed.stderr]).toEqual([0, expect.stringContaining('without a sandbox')]);
  const consents = readFileSync(join(workspace, '.byoml', 'consents.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as object);
  expect(consents).toEqual([expect.objectContaining({ action: 'install', version: '1.0.0' }), expect.objectContaining({ action: 'run', plugin: name, version: '1.0.0', level: 'L0', integrity: installed.digest })]);

  expect((await install('1.0.0', '--allow-level', 'L0')).level).toBe('L0');
  expect((await train()).status).toBe(0);
  expect(await ok('plugins', 'audit')).toEqual({ ok: true, findings: [] });
}, 240_000);

test('one changed byte and the plugin does not run, whatever was allowed', async () => {
  await install('1.0.0', '--allow-level', 'L0');
  const code = join(workspace, '.byoml', 'plugins', 'node_modules', name, 'dist', 'index.js');
  const before = readFileSync(code, 'utf8');
  writeFileSync(code, before.replace('rarely active', 'Rarely active'));
  for (const allow of [[], ['--allow-level', 'L0']]) {
    const refused = await train(...allow);
    expect(refused).toMatchObject(refusedWith('TRUST_REFUSED'));
    expect(refused.document.error.message).toContain('dist/index.js');
  }
  expect(await run('plugins', 'audit', '--offline')).toMatchObject({ status: 5, document: { ok: false, findings: [expect.objectContaining({ plugin: name, kind: 'changed' })] } });
  writeFileSync(code, before);
  expect((await train()).status).toBe(0);
}, 240_000);

test('an upgrade is planned, stops at what it newly asks for, goes through with a grant, and goes back', async () => {
  await install('1.1.0');
  const before = lockFile();
  const { plans, upgraded } = await ok('plugins', 'upgrade', name, '--plan');
  expect(upgraded).toEqual([]);
  expect(plans).toEqual([expect.objectContaining({ plugin: name, from: '1.1.0', to: '2.0.0', capabilities: { added: ['hosts: intel.example.com'], removed: [] }, settings: [{ component: 'rare-hour', setting: 'floor', change: 'added', after: 1 }] })]);
  expect(await run('plugins', 'upgrade', name, '--yes')).toMatchObject(refusedWith('CONSENT_MISSING'));
  expect(lockFile()).toBe(before);

  const done = await ok('plugins', 'upgrade', name, '--yes', '--grant', 'hosts: intel.example.com');
  expect(done.upgraded).toEqual([expect.objectContaining({ version: '2.0.0', capabilities: { hosts: ['intel.example.com'] } })]);
  expect(await ok('plugins', 'rollback', name)).toMatchObject({ name, version: '1.1.0', capabilities: {} });
  expect((await ok('plugins', 'info', name)).version).toBe('1.1.0');
  expect(await ok('plugins', 'audit')).toEqual({ ok: true, findings: [] });
}, 240_000);

test('a detection that stays keeps its version beside the new one', async () => {
  await install('1.0.0', '--allow-level', 'L0');
  const file = join(workspace, 'detections', 'nights.yaml');
  writeFileSync(file, `version: 1\nname: nights\nsource: { use: files/table, settings: { path: ./logons.csv } }\nalgorithm: "${address}"   # ours\ntrain: { window: 30d, every: 7d }\nscore: { every: 1d }\nbudget: 5/day\ncalendar: { timeZone: Europe/Berlin }\n`);
  const { plans } = await ok('plugins', 'upgrade', `${name}@1.1.0`, '--stay', 'nights', '--yes', '--allow-level', 'L0');
  expect(plans[0].detections).toEqual([expect.objectContaining({ detection: 'nights', happens: 'stays' })]);
  expect(readFileSync(file, 'utf8')).toContain(`algorithm: "${address}@1.0.0"   # ours`);
  const { components } = await ok('plugins', 'list', '--kind', 'algorithm');
  expect(components.filter((one: { address: string }) => one.address.startsWith(name)).map((one: { address: string; version: string }) => [one.address, one.version])).toEqual([[address, '1.1.0'], [`${address}@1.0.0`, '1.0.0']]);
  await ok('train', '--algorithm', `${address}@1.0.0`, '--data', 'logons.csv', '--model', 'old');
  await ok('train', '--algorithm', address, '--data', 'logons.csv', '--model', 'new');
  const versions = ['old', 'new'].map((model) => JSON.parse(readFileSync(join(workspace, model, 'manifest.json'), 'utf8')).algorithm.version as string);
  expect(versions).toEqual(['1.0.0', '1.1.0']);
}, 240_000);

test('data is checked against a plugin that is not installed', async () => {
  const at = ['--registry', registry?.line.url ?? ''];
  expect(await ok('plugins', 'check', name, '--source', 'logons.csv', ...at)).toMatchObject({ target: address, verdict: 'fit' });
  writeFileSync(join(workspace, 'other.csv'), 'Account,hour\nann,9\n');
  expect(await run('plugins', 'check', name, '--source', 'other.csv', ...at)).toMatchObject({ status: 3, document: { error: { code: 'COLUMNS_MISSING', message: expect.stringContaining('"user"') } } });
  expect(await ok('plugins', 'check', name, '--source', 'other.csv', '--map', 'user=Account', ...at)).toMatchObject({ verdict: 'fit' });
  expect(existsSync(join(workspace, 'plugins.lock'))).toBe(false);
}, 240_000);

test('what a registry offers is shown, verified, and nothing is installed', async () => {
  const at = ['--registry', registry?.line.url ?? ''];
  const offered = await ok('plugins', 'info', `${name}@1.1.0`, ...at);
  expect(offered).toMatchObject({ name, version: '1.1.0', components: [expect.objectContaining({ kind: 'algorithm' })], offered: { registry: registry?.line.url, signer: { by: 'registry', account: 'author' }, digest: expect.stringMatching(/^sha512-/), withdrawn: null, refused: [], advisories: [] } });
  expect(await run('plugins', 'info', `${name}@9.9.9`, ...at)).toMatchObject({ status: 6, document: { error: { code: 'PACKAGE_UNKNOWN' } } });
  expect(await run('plugins', 'info', name, '--trusted-root', 'root.json')).toMatchObject({ status: 2, document: { error: { code: 'USAGE_INVALID' } } });
  expect(existsSync(join(workspace, 'plugins.lock'))).toBe(false);
}, 240_000);

test('what is uninstalled is gone, and says which detections used it', async () => {
  await install('1.0.0');
  expect(await ok('plugins', 'uninstall', name)).toEqual({ name, usedBy: [] });
  expect(await train('--allow-level', 'L0')).toMatchObject({ status: 4, document: { error: expect.objectContaining({ code: 'PLUGIN_NOT_FOUND' }) } });
  expect(await ok('plugins', 'audit')).toEqual({ ok: true, findings: [] });
}, 240_000);
