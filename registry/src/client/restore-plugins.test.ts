import { existsSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { cardKey } from '../npm/card.ts';
import { inCi } from '../tier.test.fixture.ts';
import { newKey } from '../trust/tuf/registry.test.fixture.ts';
import { auditPlugins } from './audit-plugins.ts';
import { openInstalled } from './installed.ts';
import { install, newWorkspace, now, offerOf, PluginRegistry, refusedWith, removeWorkspaces, signal, type Publication } from './plugin-registry.test.fixture.ts';
import { restorePlugins } from './restore-plugins.ts';

afterAll(removeWorkspaces);

let registry: PluginRegistry;
let workspace: string;
beforeEach(async () => {
  registry = await PluginRegistry.open();
  workspace = await newWorkspace();
});
afterEach(() => registry[Symbol.asyncDispose]());

const lockOf = (folder: string): Promise<string> => readFile(join(folder, 'plugins.lock'), 'utf8');
const restore = (folder: string) => restorePlugins({ workspace: folder, now }, signal);
const clean = { ok: true, findings: [] };
const audit = (folder: string) => auditPlugins({ workspace: folder, refresh: true, now }, signal);

async function installed(given: Publication = {}, settings: Parameters<typeof install>[2] = {}): Promise<void> {
  await registry.publish(given);
  await install(await offerOf(workspace, registry, { ...(given.name !== undefined && { name: given.name }) }), workspace, settings);
}

/** What version control brings to another machine. */
async function clone(changed: (lock: string) => string = (lock) => lock): Promise<string> {
  const folder = await newWorkspace();
  await writeFile(join(folder, 'plugins.lock'), changed(await lockOf(workspace)));
  return folder;
}

test('a clone gets what is locked, current and kept, at its level, and the lock stays as it is', async () => {
  await installed({ author: newKey(), capabilities: { hosts: ['intel.example'] } }, { level: 'L3' });
  await installed({ name: '@acme/even' });
  await installed({ name: '@acme/even', version: '1.1.0' }, { keep: true });
  await registry.publish({ version: '2.0.0' });
  const folder = await clone();
  expect((await restore(folder)).map(({ name, locked }) => [name, locked.version, locked.level])).toEqual([['@acme/even', '1.1.0', 'L0'], ['@acme/even', '1.0.0', 'L0'], ['@acme/odd', '1.0.0', 'L3']]);
  expect([await lockOf(folder), await audit(folder), existsSync(join(folder, '.byoml/trust/dependencies.json'))]).toEqual([await lockOf(workspace), clean, false]);
  const opened = await openInstalled(folder);
  await opened.verify({ name: '@acme/odd', version: '1.0.0', folder: join(folder, '.byoml/plugins/node_modules/@acme/odd') });
  const lines = (await readFile(join(folder, '.byoml/consents.jsonl'), 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).action)).toEqual(['restore', 'restore', 'restore']);
});

test('what was changed on the disk is made anew', async () => {
  await installed();
  const file = join(workspace, '.byoml/plugins/node_modules/@acme/odd/dist/index.js');
  await writeFile(file, 'changed');
  await restore(workspace);
  expect(await audit(workspace)).toEqual(clean);
});

test('without a lock there is nothing to restore', async () => {
  await expect(restore(workspace)).rejects.toEqual(refusedWith('FILE_MISSING', 'plugins.lock'));
});

const flip = (text: string): string => text.replace(/"(manifest|contents)": "[0-9a-f]{4}/, '"$1": "0000');
test.each<[string, (lock: string) => string]>([
  ['other files', flip],
  ['another manifest', (lock) => lock.replace(/"manifest": "[0-9a-f]{4}/, '"manifest": "0000')],
  ['other bytes', (lock) => lock.replace(/sha512-..../, 'sha512-AAAA')],
  ['another key', (lock) => lock.replace(/"key": "[0-9a-f]{64}"/, `"key": "${newKey().public.hex}"`)],
  ['no key', (lock) => lock.replace(/"key": "[0-9a-f]{64}"/, '"key": null')],
  ['another account', (lock) => lock.replace('"alice"', '"mallory"')],
  ['fewer capabilities', (lock) => lock.replace('"intel.example"', '')],
])('a lock with %s than the registry is refused and changes nothing', async (_, change) => {
  await installed({ author: newKey(), capabilities: { hosts: ['intel.example'] } });
  const folder = await clone(change);
  const before = await lockOf(folder);
  await expect(restore(folder)).rejects.toEqual(refusedWith('TRUST_REFUSED', '@acme/odd'));
  expect([existsSync(join(folder, '.byoml/plugins')), await lockOf(folder)]).toEqual([false, before]);
});

test('what the policy, or an advisory, forbids is not restored; what was only withdrawn from new installations is', async () => {
  await installed();
  await registry.publish({ yanked: 'Old.' });
  await restore(await clone());
  const folder = await clone();
  await writeFile(join(folder, 'policy.yaml'), JSON.stringify({ require: { signedBy: [newKey().public.hex] } }));
  await expect(restore(folder)).rejects.toEqual(refusedWith('POLICY_REFUSED'));
  const { integrity } = JSON.parse(await lockOf(workspace)).plugins['@acme/odd'];
  await registry.advise({ id: 'odd-1', digests: [integrity], reason: 'Bad.', severity: 'high', expires: new Date(now.getTime() + 86_400_000).toISOString(), affected: { name: '@acme/odd', versions: '1.0.0' } });
  await expect(restore(await clone())).rejects.toEqual(refusedWith('PLUGIN_WITHDRAWN', 'odd-1'));
});

async function withDependency(): Promise<void> {
  await registry.publish({ name: '@acme/dep', plugin: false });
  await installed({ packageJson: { dependencies: { '@acme/dep': '^1.0.0' } } });
  await registry.publish({ name: '@acme/dep', version: '1.1.0', plugin: false });
}

test('dependencies are those that are pinned, although there are newer ones', async () => {
  await withDependency();
  const folder = await clone();
  await restore(folder);
  const dependency = join(folder, '.byoml/plugins/node_modules/@acme/dep');
  expect([JSON.parse(await readFile(join(dependency, 'package.json'), 'utf8')).version, await lockOf(folder), await audit(folder)]).toEqual(['1.0.0', await lockOf(workspace), clean]);
});

test('a machine where npm writes otherwise restores the same packages, and notices what changes afterwards', async () => {
  await withDependency();
  const folder = await clone((lock) => lock.replace(/"dependencies": "[0-9a-f]{64}"/, `"dependencies": "${'1'.repeat(64)}"`));
  await restore(folder);
  expect(await audit(folder)).toEqual(clean);
  const elsewhere = await clone();
  await cp(join(folder, '.byoml'), join(elsewhere, '.byoml'), { recursive: true, verbatimSymlinks: true });
  await rm(join(elsewhere, 'plugins.lock'));
  await writeFile(join(elsewhere, 'plugins.lock'), (await lockOf(folder)).replace('1'.repeat(64), '2'.repeat(64)));
  expect(await auditPlugins({ workspace: elsewhere, refresh: false, now }, signal)).toMatchObject({ ok: false, findings: [{ kind: 'changed' }] });
  await writeFile(join(folder, '.byoml/plugins/node_modules/@acme/dep/dist/index.js'), 'changed');
  expect(await audit(folder)).toMatchObject({ ok: false, findings: [{ kind: 'changed', message: expect.stringContaining('@acme/dep/dist/index.js') }] });
});

const pinned: ReadonlyArray<[string, (lock: any) => void]> = [
  ['without its digest', (lock) => { delete lock.packages['node_modules/@acme/dep'].integrity; }],
  ['in a version that does not fit', (lock) => { lock.packages['node_modules/@acme/dep'].version = '2.0.0'; }],
  ['that nothing needs', (lock) => { lock.packages['node_modules/evil'] = { version: '1.0.0' }; }],
];
async function isRefused(_: string, change: (lock: any) => void): Promise<void> {
  await withDependency();
  const folder = await clone((text) => {
    const lock = JSON.parse(text) as object;
    change(lock);
    return JSON.stringify(lock);
  });
  await expect(restore(folder)).rejects.toEqual(refusedWith('TRUST_REFUSED', /dep|evil/));
  expect(existsSync(join(folder, '.byoml/plugins'))).toBe(false);
}
test.each(pinned.slice(0, 1))('a dependency pinned %s is refused', isRefused);
test.skipIf(!inCi).each(pinned.slice(1))('a dependency pinned %s is refused (CI tier)', isRefused);

test('a card that changed since is refused', async () => {
  await installed();
  const folder = await clone();
  await registry.write(cardKey('@acme/odd', '1.0.0'), new Uint8Array([123, 125]));
  await expect(restore(folder)).rejects.toEqual(refusedWith('TRUST_REFUSED'));
});
