import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newKey } from '../trust/tuf/registry.test.fixture.ts';
import { signKeyChange } from '../trust/author/owner-key.ts';
import { auditPlugins } from './audit-plugins.ts';
import { openInstalled, type Installed } from './installed.ts';
import type { Offer } from './offer.ts';
import { filesOf, install, newWorkspace, now, offerOf, PluginRegistry, refusedWith, removeWorkspaces, signal } from './plugin-registry.test.fixture.ts';
import { rollbackPlugin } from './rollback-plugin.ts';
import { stageOffer } from './stage-offer.ts';
import { uninstallPlugin } from './uninstall-plugin.ts';

afterAll(removeWorkspaces);

let registry: PluginRegistry;
let workspace: string;
beforeEach(async () => {
  registry = await PluginRegistry.open();
  workspace = await newWorkspace();
});
afterEach(() => registry[Symbol.asyncDispose]());

const folderOf = (name = '@acme/odd'): string => join(workspace, '.byoml', 'plugins', 'node_modules', name);
const verify = async (version = '1.0.0', name = '@acme/odd', installed?: Installed): Promise<void> => (installed ?? (await openInstalled(workspace))).verify({ name, version, folder: folderOf(name) });
const installed = async (publication: Parameters<PluginRegistry['publish']>[0] = {}) => {
  await registry.publish(publication);
  return await install(await offerOf(workspace, registry, publication.name === undefined ? {} : { name: publication.name }), workspace, { grants: ['hosts: intel.example'] });
};
const consents = async (): Promise<string[]> => (await readFile(join(workspace, '.byoml', 'consents.jsonl'), 'utf8')).trim().split('\n');

test('a plugin is found, verified, installed, written down and loads', async () => {
  const author = newKey();
  await registry.publish({ author, capabilities: { hosts: ['intel.example'] } });
  const offer = await offerOf(workspace, registry);
  expect(offer).toMatchObject({ version: '1.0.0', registry: registry.url, signer: { by: 'author', account: 'alice', key: author.public.hex }, ownerKey: { kind: 'first' }, root: { keys: [registry.trust.rootKeys[0]?.public.id], first: true }, added: ['hosts: intel.example'], judgement: { allowed: true } });
  const locked = await install(offer, workspace);
  expect(JSON.parse(await readFile(join(workspace, 'plugins.lock'), 'utf8'))).toMatchObject({ lock: 1, plugins: { '@acme/odd': locked } });
  expect(JSON.parse((await consents())[0] ?? '')).toMatchObject({ action: 'install', plugin: '@acme/odd', version: '1.0.0', level: 'L0', integrity: offer.integrity, capabilities: { hosts: ['intel.example'] } });
  const opened = await openInstalled(workspace);
  await verify('1.0.0', '@acme/odd', opened);
  expect(opened.levelOf('@acme/odd', '1.0.0')).toBe('L0');
  expect(await readFile(join(folderOf(), 'dist/index.js'), 'utf8')).toContain('1.0.0');
  expect(await realpath(folderOf('@byoml/core'))).toBe(await realpath(join(import.meta.dirname, '../../../core')));
  expect(await auditPlugins({ workspace, refresh: true, now }, signal)).toEqual({ ok: true, findings: [] });
  expect((await offerOf(workspace, undefined)).root.first).toBe(false);
});

test('npm takes the project for its own', async () => {
  await installed({});
  const { stdout } = await promisify(execFile)('npm', ['ls', '--json', '--omit=peer'], { cwd: join(workspace, '.byoml', 'plugins') }).catch((thrown: { stdout: string }) => thrown);
  expect(JSON.parse(stdout)).toMatchObject({ dependencies: { '@acme/odd': { version: '1.0.0' } } });
  expect(stdout).not.toMatch(/missing|invalid/);
});

test('a workspace without plugins has nothing to say about the plugins of others', async () => {
  const opened = await openInstalled(workspace);
  await opened.verify({ name: '@byoml/files', version: '1.0.0', folder: import.meta.dirname });
  expect([opened.levelOf('@byoml/files', '1.0.0'), existsSync(join(workspace, '.byoml'))]).toEqual([undefined, false]);
});

describe('what changed since it was installed does not load', () => {
  test.each<[string, string, (path: string) => Promise<void>]>([
    ['one byte of the code', 'dist/index.js', async (path) => writeFile(path, (await readFile(path, 'utf8')).replace('1', '2'))],
    ['a file that is missing', 'dist/index.js', (path) => rm(path)],
    ['a file that was added', 'dist/more.js', (path) => writeFile(path, '')],
    ['a package inside it', 'node_modules/evil/index.js', async (path) => { await mkdir(join(path, '..'), { recursive: true }); await writeFile(path, ''); }],
    ['a link in the place of a file', 'dist/index.js', async (path) => { await rm(path); await symlink('/etc/hostname', path); }],
  ])('%s', async (_, file, change) => {
    await installed({});
    await change(join(folderOf(), file));
    await expect(verify()).rejects.toEqual(refusedWith('TRUST_REFUSED', join('@acme/odd', file)));
    expect(await auditPlugins({ workspace, refresh: false, now }, signal)).toMatchObject({ ok: false, findings: expect.arrayContaining([expect.objectContaining({ message: expect.stringContaining(file) })]) });
    await install(await offerOf(workspace, registry), workspace);
    await verify();
  });

  test('a package beside it that it could import', async () => {
    await installed({});
    await mkdir(folderOf('evil'), { recursive: true });
    await writeFile(join(folderOf('evil'), 'index.js'), '');
    await expect(verify()).rejects.toEqual(refusedWith('TRUST_REFUSED', 'evil'));
  });

  test('a plugin that nobody installed, and a link to one', async () => {
    await installed({});
    const opened = await openInstalled(workspace);
    await mkdir(folderOf('stranger'), { recursive: true });
    await expect(opened.verify({ name: 'stranger', version: '1.0.0', folder: folderOf('stranger') })).rejects.toEqual(refusedWith('TRUST_REFUSED', 'not in plugins.lock'));
    await symlink(import.meta.dirname, folderOf('linked'));
    await expect(opened.verify({ name: 'linked', version: '1.0.0', folder: await realpath(folderOf('linked')) })).rejects.toEqual(refusedWith('TRUST_REFUSED', 'not in plugins.lock'));
  });

  test('the list of files, or the digest in the lock', async () => {
    const { contents } = await installed({});
    const list = join(workspace, '.byoml/plugins/contents.json');
    const before = await readFile(list, 'utf8');
    await writeFile(list, before.replace('dist/index.js', 'dist/index.mjs'));
    await expect(verify()).rejects.toEqual(refusedWith('TRUST_REFUSED', 'contents.json'));
    await writeFile(list, before);
    const lock = join(workspace, 'plugins.lock');
    await writeFile(lock, (await readFile(lock, 'utf8')).replace(contents, '0'.repeat(64)));
    await expect(verify()).rejects.toEqual(refusedWith('TRUST_REFUSED', 'contents.json'));
  });
});

test('the link to the core follows the core, and a core of somebody else is replaced', async () => {
  await installed({});
  const link = folderOf('@byoml/core');
  const core = await readlink(link);
  await rm(link);
  await symlink('/nowhere', link);
  await openInstalled(workspace);
  expect(await readlink(link)).toBe(core);
  await rm(link);
  await mkdir(link);
  await writeFile(join(link, 'index.js'), 'evil');
  await openInstalled(workspace);
  expect(await readlink(link)).toBe(core);
});

describe('an update', () => {
  test('that asks for more stops until that very thing was granted', async () => {
    await installed({});
    await registry.publish({ version: '1.1.0', capabilities: { hosts: ['evil.example'] } });
    const before = await filesOf(workspace);
    const offer = await offerOf(workspace, registry);
    expect(offer.added).toEqual(['hosts: evil.example']);
    await expect(install(offer, workspace)).rejects.toEqual(refusedWith('CONSENT_MISSING', 'hosts: evil.example'));
    await expect(install(offer, workspace, { grants: ['hosts: other.example'] })).rejects.toEqual(refusedWith('CONSENT_MISSING'));
    expect(await filesOf(workspace)).toEqual({ ...before, ...(await filesOf(workspace)), 'plugins.lock': before['plugins.lock'] });
    expect(await install(offer, workspace, { grants: ['hosts: evil.example'] })).toMatchObject({ version: '1.1.0', earlier: [{ version: '1.0.0' }] });
  });

  test('with another key, or with none, stops until that was accepted', async () => {
    const [old, next] = [newKey(), newKey()];
    await installed({ author: old });
    await registry.publish({ version: '1.1.0', author: next });
    const offer = await offerOf(workspace, registry);
    expect(offer.ownerKey).toMatchObject({ kind: 'new key', endorsed: false });
    await expect(install(offer, workspace)).rejects.toEqual(refusedWith('CONSENT_MISSING', next.public.hex));
    await registry.publish({ version: '1.2.0', author: next, endorsement: signKeyChange({ owner: 'alice', to: next.public, created: now }, old) });
    const endorsed = await offerOf(workspace, registry);
    expect(endorsed.ownerKey).toMatchObject({ kind: 'new key', endorsed: true });
    await expect(install(endorsed, workspace)).rejects.toEqual(refusedWith('CONSENT_MISSING', 'endorsed'));
    await registry.publish({ version: '1.3.0' });
    await expect(install(await offerOf(workspace, registry), workspace)).rejects.toEqual(refusedWith('CONSENT_MISSING', 'not signed'));
    expect(await install(endorsed, workspace, { acceptKey: next.public.hex })).toMatchObject({ signer: { key: next.public.hex } });
  });

  test('can be rolled back to the very bytes before, from the disk alone', async () => {
    const first = await installed({});
    await installed({ version: '1.1.0', files: { 'dist/new.js': '' } });
    await verify('1.1.0');
    registry.meddle = (_path, response) => { response.writeHead(500).end(); return 'answered'; };
    expect(await rollbackPlugin(workspace, '@acme/odd', now, signal)).toMatchObject({ version: '1.0.0', contents: first.contents, integrity: first.integrity });
    await verify('1.0.0');
    expect(existsSync(join(folderOf(), 'dist/new.js'))).toBe(false);
    await expect(rollbackPlugin(workspace, '@acme/odd', now, signal)).rejects.toEqual(refusedWith('PLUGIN_NOT_FOUND', 'first version'));
  });

  test('can leave the present version beside it', async () => {
    await installed({});
    await registry.publish({ version: '1.1.0' });
    const plugin = await install(await offerOf(workspace, registry), workspace, { keep: true });
    expect(plugin).toMatchObject({ version: '1.1.0', kept: [{ version: '1.0.0' }] });
    const opened = await openInstalled(workspace);
    const [alias] = (await readdir(join(workspace, '.byoml/plugins/node_modules'))).filter((name) => name.startsWith('byoml-kept-'));
    await opened.verify({ name: '@acme/odd', version: '1.0.0', folder: folderOf(alias) });
    await opened.verify({ name: '@acme/odd', version: '1.1.0', folder: folderOf() });
    expect(opened.levelOf('@acme/odd', '1.0.0')).toBe('L0');
  });
});

test('what was uninstalled is gone, and the others stay', async () => {
  await installed({});
  await installed({ name: '@acme/even' });
  await uninstallPlugin(workspace, '@acme/odd', now, signal);
  expect([existsSync(folderOf()), Object.keys(JSON.parse(await readFile(join(workspace, 'plugins.lock'), 'utf8')).plugins)]).toEqual([false, ['@acme/even']]);
  await verify('1.0.0', '@acme/even');
  expect((await consents()).map((line) => JSON.parse(line).action)).toEqual(['install', 'install', 'uninstall']);
});

test('an offer can be looked at before it is installed', async () => {
  await registry.publish({});
  const offer = await offerOf(workspace, registry);
  let folder: string;
  {
    await using staged = await stageOffer(offer, workspace, signal);
    ({ folder } = staged);
    expect(JSON.parse(await readFile(join(folder, 'byoml.plugin.json'), 'utf8'))).toMatchObject({ name: '@acme/odd' });
  }
  expect([existsSync(folder), existsSync(join(workspace, 'plugins.lock'))]).toEqual([false, false]);
});

test('a policy, an advisory and a withdrawal each refuse; an installed version that an advisory names no longer loads', async () => {
  await registry.publish({ capabilities: { hosts: ['intel.example'] } });
  await writeFile(join(workspace, 'policy.yaml'), '{ "require": { "capabilities": { "noNetwork": true } } }');
  await expect(install(await offerOf(workspace, registry), workspace)).rejects.toEqual(refusedWith('POLICY_REFUSED', 'intel.example'));
  await rm(join(workspace, 'policy.yaml'));
  const { integrity } = await install(await offerOf(workspace, registry), workspace);
  await verify();
  const advisory = { id: 'odd-1', digests: [integrity], reason: 'It sends your events away.', severity: 'critical' as const, expires: new Date(now.getTime() + 86_400_000).toISOString(), affected: { name: '@acme/odd', versions: '1.0.0' } };
  await registry.advise(advisory);
  expect(await auditPlugins({ workspace, refresh: true, now }, signal)).toMatchObject({ ok: false, findings: [{ kind: 'advisory', severity: 'critical', plugin: '@acme/odd' }] });
  await expect(verify()).rejects.toEqual(refusedWith('PLUGIN_WITHDRAWN', 'sends your events away'));
  await expect(install(await offerOf(workspace, registry), workspace)).rejects.toEqual(refusedWith('PLUGIN_WITHDRAWN'));
  await registry.publish({ version: '1.1.0', yanked: 'It is broken.' });
  await expect(install(await offerOf(workspace, registry, { wanted: '1.1.0' }), workspace)).rejects.toEqual(refusedWith('PLUGIN_WITHDRAWN', 'It is broken.'));
  expect((await offerOf(workspace, registry, { wanted: '^1.0.0' })).version).toBe('1.0.0');
});

test('no script of a package runs, with npm and without', async () => {
  const marker = join(workspace, 'marker');
  const scripts = { preinstall: `touch ${marker}`, install: `touch ${marker}`, postinstall: `touch ${marker}`, prepare: `touch ${marker}` };
  await registry.publish({ name: '@acme/dep', plugin: false, packageJson: { scripts, hasInstallScript: true } });
  await registry.publish({ packageJson: { scripts, dependencies: { '@acme/dep': '1.0.0' } } });
  await install(await offerOf(workspace, registry), workspace);
  await verify();
  expect([existsSync(join(folderOf('@acme/dep'), 'package.json')), existsSync(marker)]).toEqual([true, false]);
  await registry.publish({ name: '@acme/alone', packageJson: { scripts } });
  await install(await offerOf(workspace, registry, { name: '@acme/alone' }), workspace);
  await verify('1.0.0', '@acme/alone');
  expect(existsSync(marker)).toBe(false);
  await writeFile(join(folderOf('@acme/dep'), 'dist/index.js'), 'changed');
  await expect(verify()).rejects.toEqual(refusedWith('TRUST_REFUSED', join('@acme/dep', 'dist/index.js')));
});


test('two that install at once both have what they wanted', async () => {
  await registry.publish();
  await registry.publish({ name: '@acme/even' });
  const offers = [await offerOf(workspace, registry), await offerOf(workspace, registry, { name: '@acme/even' })];
  await Promise.all(offers.map((offer) => install(offer, workspace)));
  await verify();
  await verify('1.0.0', '@acme/even');
  await expect(install(offers[0] as Offer, workspace)).rejects.toEqual(refusedWith('TRUST_REFUSED', 'since the offer was made'));
});

describe('without npm', () => {
  const { PATH, npm_execpath } = process.env;
  beforeEach(() => {
    process.env['PATH'] = '';
    delete process.env['npm_execpath'];
  });
  afterEach(() => Object.assign(process.env, { PATH, ...(npm_execpath !== undefined && { npm_execpath }) }));

  test('a plugin that stands alone is installed, one with dependencies says what is missing and changes nothing', async () => {
    await installed({});
    await verify();
    await registry.publish({ name: 'library', plugin: false });
    await registry.publish({ version: '1.1.0', packageJson: { dependencies: { library: '1.0.0' } } });
    await expect(install(await offerOf(workspace, registry), workspace)).rejects.toEqual(refusedWith('NPM_FAILED', 'npm'));
    await verify();
    expect((await readdir(join(workspace, '.byoml'))).filter((name) => name.startsWith('plugins.'))).toEqual([]);
  });
});

test('of a lock whose project is not there, as after a clone, what is installed again fits it', async () => {
  const [odd, even] = [await installed({}), await installed({ name: '@acme/even' })];
  await rm(join(workspace, '.byoml'), { recursive: true });
  expect(await auditPlugins({ workspace, refresh: false, now }, signal)).toMatchObject({ ok: false, findings: [{ kind: 'missing' }, { kind: 'missing' }] });
  expect(await install(await offerOf(workspace, undefined), workspace)).toMatchObject({ contents: odd.contents, integrity: odd.integrity });
  await verify();
  expect(await auditPlugins({ workspace, refresh: false, now }, signal)).toMatchObject({ ok: false, findings: [{ kind: 'missing', plugin: '@acme/even' }] });
  expect(await install(await offerOf(workspace, undefined, { name: '@acme/even' }), workspace)).toMatchObject({ contents: even.contents });
  expect(await auditPlugins({ workspace, refresh: false, now }, signal)).toEqual({ ok: true, findings: [] });
});
