import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { openInstalled } from './installed.ts';
import type { PluginsLock } from './plugins-lock.ts';
import type { Offer } from './offer.ts';
import { install, newWorkspace, now, offerOf, PluginRegistry, removeWorkspaces, signal } from './plugin-registry.test.fixture.ts';
import { rollbackPlugin } from './rollback-plugin.ts';
import { uninstallPlugin } from './uninstall-plugin.ts';

afterAll(removeWorkspaces);

let registry: PluginRegistry;
beforeEach(async () => {
  registry = await PluginRegistry.open();
});
afterEach(() => registry[Symbol.asyncDispose]());

const writers = ['appendFile', 'cp', 'mkdir', 'open', 'rename', 'rm', 'writeFile'] as const;

/** Runs `work` as a process that is killed at its n-th change of the disk: that one and all that follow, also those that would tidy up, never happen. Whether it was killed. */
async function killedAt(change: number, work: () => Promise<unknown>): Promise<boolean> {
  const real = Object.fromEntries(writers.map((name) => [name, promises[name]])) as Record<string, (...given: unknown[]) => Promise<unknown>>;
  let left = change;
  const killed = (path: unknown): boolean => !String(path).includes('byoml-trust-') && left-- <= 0;
  for (const name of writers) Object.assign(promises, { [name]: (...given: unknown[]) => (killed(given[0]) ? Promise.reject(new Error('killed')) : real[name]?.(...given)) });
  syncBuiltinESMExports();
  try {
    await work();
    return false;
  } catch (thrown) {
    if (left >= 0) throw thrown;
    return true;
  } finally {
    Object.assign(promises, real);
    syncBuiltinESMExports();
  }
}

/** What is installed, as the next command finds it: the lock and every file of the project agree. */
async function versionsIn(workspace: string): Promise<string> {
  const installed = await openInstalled(workspace);
  const lock = JSON.parse(await readFile(join(workspace, 'plugins.lock'), 'utf8').catch(() => '{"plugins":{}}')) as PluginsLock;
  for (const [name, { version }] of Object.entries(lock.plugins)) await installed.verify({ name, version, folder: join(workspace, '.byoml/plugins/node_modules', name) });
  const consents = (await readFile(join(workspace, '.byoml/consents.jsonl'), 'utf8').catch(() => '')).trim().split('\n').filter(Boolean);
  const last = JSON.parse(consents.at(-1) ?? '{}') as { action?: string; version?: string };
  const versions = Object.values(lock.plugins).map(({ version }) => version).join();
  expect(last.action === 'uninstall' ? '' : last.version ?? '').toBe(versions);
  expect(new Set(consents).size).toBe(consents.length);
  return versions;
}

const odd = '@acme/odd';
type Work = (workspace: string, offers: Readonly<Record<'first' | 'update', Offer>>) => Promise<unknown>;
const changes: Readonly<Record<string, { readonly before: string; readonly after: string; readonly work: Work }>> = {
  'the first installation': { before: '', after: '1.0.0', work: (workspace, { first }) => install(first, workspace) },
  'an update': { before: '1.0.0', after: '1.1.0', work: (workspace, { update }) => install(update, workspace) },
  'a rollback': { before: '1.1.0', after: '1.0.0', work: (workspace) => rollbackPlugin(workspace, odd, new Date(now.getTime() + 2), signal) },
  'an uninstallation': { before: '1.0.0', after: '', work: (workspace) => uninstallPlugin(workspace, odd, now, signal) },
};

/** A workspace with a version installed, and the offers that it was made of. */
async function prepared(before: string): Promise<{ readonly template: string; readonly offers: Parameters<Work>[1] }> {
  await registry.publish({ version: '1.0.0' });
  await registry.publish({ version: '1.1.0', files: { 'dist/new.js': '' } });
  const template = await newWorkspace();
  const first = await offerOf(template, registry, { wanted: '1.0.0' });
  if (before !== '') await install(first, template);
  const update = await offerOf(template, registry, { wanted: '1.1.0' });
  if (before === '1.1.0') await install(update, template, { now: new Date(now.getTime() + 1) });
  return { template, offers: { first, update } };
}

test.each(Object.entries(changes))('%s that is killed at any change of the disk was not begun, or is finished by whoever comes next', async (_, { before, after, work }) => {
  const { template, offers } = await prepared(before);
  const seen = new Set<string>();
  let change = 0;
  for (let killed = true; killed; change++) {
    const workspace = await newWorkspace();
    await cp(template, workspace, { recursive: true, verbatimSymlinks: true });
    killed = await killedAt(change, () => work(workspace, offers));
    const found = await versionsIn(workspace);
    expect(killed ? [before, after] : [after]).toContain(found);
    seen.add(found);
    // And it can be done again, whatever was left behind.
    if (found === before) await work(workspace, offers);
    expect(await versionsIn(workspace)).toBe(after);
    expect((await readdir(join(workspace, '.byoml'))).filter((name) => /^plugins\.(?:next|ready|replaced)/.test(name))).toEqual([]);
  }
  expect([seen, change > 10]).toEqual([new Set([before, after]), true]);
}, 120_000);
