import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ByomlError } from '@byoml/core';
import type { FoundPlugin } from '@byoml/core/plugins';
import { admission } from './admission.ts';
import { lockedOf, manifestOf, now, plugin } from './installing/offer.test.fixture.ts';
import { installedRoot } from './plugin-roots.ts';

let workspace: string;
let folder: string;
beforeEach(async () => {
  workspace = await realpath(await mkdtemp(join(tmpdir(), 'byoml-admission-')));
  folder = join(installedRoot(workspace), 'node_modules', plugin);
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const found = (over: Partial<FoundPlugin> = {}): FoundPlugin => ({ name: plugin, version: '1.0.0', folder, root: installedRoot(workspace), manifest: manifestOf('1.0.0'), packageJson: { name: plugin, version: '1.0.0', exports: undefined }, ...over });

interface Knowing {
  readonly level?: string | undefined;
  readonly verify?: () => Promise<void>;
}

/** What a command that was given `allowLevel` does with an installed plugin; what it warned of. */
async function admit({ level = 'L3', verify = () => Promise.resolve() }: Knowing, allowLevel?: 'L0', of = found()): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const warnings: string[] = [];
  const admits = await admission({ workspace, allowLevel, warn: (text) => warnings.push(text), now: () => now, open: async () => ({ verify, levelOf: () => level }) });
  await admits?.(of);
  return warnings;
}

const consents = (): Promise<string> => readFile(join(workspace, '.byoml', 'consents.jsonl'), 'utf8');

test('where nothing is installed nothing is loaded', async () => {
  expect(await admission({ workspace, allowLevel: undefined, warn: () => {}, open: () => Promise.reject(new Error('loaded')) })).toBeUndefined();
});

test('an installation that was killed is finished first', async () => {
  await mkdir(`${installedRoot(workspace)}.ready`, { recursive: true });
  let opened = 0;
  await admission({ workspace, allowLevel: undefined, warn: () => {}, open: async () => ({ verify: () => Promise.resolve(), levelOf: () => String(opened++) }) });
  await expect(admission({ workspace, allowLevel: undefined, warn: () => {}, open: () => Promise.reject(new Error('opened')) })).rejects.toThrow('opened');
});

test('a plugin of level L0 runs, and nobody is bothered', async () => {
  expect(await admit({ level: 'L0' })).toEqual([]);
  await expect(consents()).rejects.toMatchObject({ code: 'ENOENT' });
});

test.each([['L3', 'L3'], ['no', undefined]])('a plugin of %s level does not run, and the message says both ways to allow it', async (_, level) => {
  await expect(admit({ level })).rejects.toMatchObject({ code: 'SANDBOX_REQUIRED', exit: 5, message: expect.stringMatching(/@acme\/rare-hour 1\.0\.0.*--allow-level L0 at this command.*byoml plugins install @acme\/rare-hour@1\.0\.0 --allow-level L0/) });
});

test('--allow-level L0 lets it run, with a warning and a record', async () => {
  const locked = lockedOf('1.0.0');
  await writeFile(join(workspace, 'plugins.lock'), JSON.stringify({ lock: 1, plugins: { [plugin]: locked }, dependencies: '' }));
  expect(await admit({}, 'L0')).toEqual([expect.stringMatching(/@acme\/rare-hour 1\.0\.0 runs without a sandbox/)]);
  await admit({}, 'L0');
  const lines = (await consents()).trimEnd().split('\n').map((line) => JSON.parse(line) as object);
  expect(lines).toEqual([1, 2].map(() => ({ when: now.toISOString(), action: 'run', plugin, version: '1.0.0', level: 'L0', integrity: locked.integrity, capabilities: {}, signer: locked.signer })));
});

test('what was changed does not run, whatever was agreed to', async () => {
  const verify = (): Promise<void> => Promise.reject(new ByomlError('TRUST_REFUSED', 'index.js was changed'));
  for (const level of ['L0', 'L3']) await expect(admit({ level, verify }, 'L0')).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
  await expect(consents()).rejects.toMatchObject({ code: 'ENOENT' });
});

test('what cannot be recorded does not run', async () => {
  await mkdir(join(workspace, '.byoml', 'consents.jsonl'), { recursive: true });
  await expect(admit({}, 'L0')).rejects.toMatchObject({ code: 'WRITE_FAILED' });
});

test('a link in the folder of installed plugins is refused', async () => {
  const elsewhere = join(workspace, 'elsewhere');
  await mkdir(elsewhere);
  await mkdir(join(folder, '..'), { recursive: true });
  await symlink(elsewhere, join(folder, '..', 'linked'));
  await expect(admit({ level: 'L0' }, 'L0', found({ folder: elsewhere }))).rejects.toMatchObject({ code: 'TRUST_REFUSED', message: expect.stringContaining('a link') });
});

test.each([['beside the command', '/usr/lib/byoml'], ['named by hand', null]])('a plugin %s runs as it is', async (_, root) => {
  expect(await admit({ verify: () => Promise.reject(new Error('verified')) }, undefined, found({ root, folder: '/elsewhere' }))).toEqual([]);
});
