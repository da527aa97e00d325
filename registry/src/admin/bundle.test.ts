import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bundleTransport } from '../client/bundle-transport.ts';
import { day, signal } from '../server/registry.test.fixture.ts';
import { folderStorage } from '../storage/folder.ts';
import { removeTemporaryFolders, temporaryFolder } from '../storage/scratch.test.fixture.ts';
import { inCi } from '../tier.test.fixture.ts';
import { exportBundle } from './export-bundle.ts';
import { authorKey, folderRegistry, plugin, staticChecks, type FolderRegistry } from './folder-registry.test.fixture.ts';
import { importBundle, type Imported } from './import-bundle.ts';
import { openAdministered } from './open-administered.ts';
import { publishAdvisory } from './publish-advisory.ts';
import { promoteVersion } from './promote.ts';
import { packageChoice } from './version-named.ts';
import { verifyRegistry } from './verify.ts';
import { yankVersion } from './yank.ts';

afterAll(removeTemporaryFolders);

const other = '@other/slow-days';

async function filled(): Promise<FolderRegistry> {
  const registry = await folderRegistry({ cooldown: { newMs: 0, updateMs: 0 } });
  for (const version of ['1.0.0', '1.1.0']) await registry.publish(version);
  await registry.publish('1.0.0', { name: other, by: 'other' });
  return registry;
}

async function exported(registry: FolderRegistry, ...packages: readonly string[]): Promise<string> {
  const out = join(await temporaryFolder(), 'bundle');
  await exportBundle(registry.root, { out, ...(packages.length > 0 && { packages: packages.map(packageChoice) }) }, signal);
  return out;
}

const filesOf = async (folder: string): Promise<string[]> => (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();

async function taken(registry: FolderRegistry, bundle: string, root: string): Promise<Imported> {
  return importBundle(root, { bundle, trustedRoot: await registry.trustedRoot(), admit: await staticChecks(), now: registry.now }, signal);
}

let kept: Promise<{ readonly registry: FolderRegistry; readonly bundle: string }> | undefined;
/** A bundle that tests only copy. */
const whole = (): NonNullable<typeof kept> => (kept ??= filled().then(async (registry) => ({ registry, bundle: await exported(registry) })));
afterAll(async () => (await kept)?.registry[Symbol.asyncDispose]());

/** A copy of the bundle in which one file is another. */
async function tampered(bundle: string, file: string, change: (text: string) => string): Promise<string> {
  const copy = join(await temporaryFolder(), 'copy');
  await cp(bundle, copy, { recursive: true });
  await writeFile(join(copy, file), change(await readFile(join(copy, file), 'latin1')), 'latin1');
  return copy;
}

describe('export', () => {
  test('writes what everybody may read, at the places of static hosting, and nothing else', async () => {
    const files = await filesOf((await whole()).bundle);
    expect(files).toEqual(expect.arrayContaining([`npm/${plugin}/index.json`, `npm/${plugin}/-/quiet-hours-1.0.0.tgz`, `npm/${other}/index.json`, `v1/cards/${plugin}/1.1.0.json`, 'v1/log/000001.jsonl', 'tuf/root.json', 'tuf/1.root.json', 'tuf/timestamp.json']));
    expect(files.filter((file) => file.startsWith('blobs/'))).toHaveLength(3);
    expect(files.filter((file) => !/^(?:npm|v1|tuf|blobs)\//.test(file))).toEqual([]);
  });

  test('leaves out what is hidden and what was not chosen', async () => {
    const { registry } = await whole();
    await using hiding = await folderRegistry({ cooldown: { newMs: day, updateMs: day } });
    await hiding.publish('1.0.0');
    await hiding.publish('1.0.0', { name: other, by: 'other' });
    await using administered = await hiding.administered();
    await promoteVersion(administered, { name: plugin, version: '1.0.0' });
    expect((await filesOf(await exported(hiding))).filter((file) => file.endsWith('.tgz') || file.startsWith('blobs/'))).toHaveLength(2);
    const chosen = await filesOf(await exported(registry, `${plugin}@^1.1.0`));
    expect(chosen.filter((file) => file.endsWith('.tgz'))).toEqual([`npm/${plugin}/-/quiet-hours-1.1.0.tgz`]);
    expect(chosen.filter((file) => file.startsWith('v1/cards/'))).toEqual([`v1/cards/${plugin}/1.1.0.json`]);
  });

  test('refuses a folder in use, a choice that fits nothing, and a registry that does not hold', async () => {
    await using registry = await filled();
    const out = await exported(registry);
    await expect(exportBundle(registry.root, { out }, signal)).rejects.toMatchObject({ code: 'FOLDER_OCCUPIED' });
    await expect(exported(registry, '@acme/none')).rejects.toMatchObject({ code: 'PACKAGE_UNKNOWN' });
    await expect(exported(registry, `${plugin}@9`)).rejects.toMatchObject({ code: 'PACKAGE_UNKNOWN' });
    await registry.tamper('tuf/timestamp.json', (text) => text.replace(/"version":(\d+)/, '"version":9$1'));
    await expect(exported(registry)).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
  });

  test('is one edition while versions are published', async () => {
    await using registry = await filled();
    const publishing = (async () => {
      for (let i = 0; i < 8; i++) await registry.publish(`2.0.${i}`);
    })();
    const out = await exported(registry);
    await publishing;
    expect(await taken(registry, out, await temporaryFolder())).toMatchObject({ ok: true });
  });
});

describe('import', () => {
  test('takes a bundle over into a fresh registry, with signatures, tags, withdrawals and advisories, and again changes nothing', async () => {
    await using registry = await filled();
    {
      await using administered = await registry.administered();
      await yankVersion(administered, { name: plugin, version: '1.1.0' }, 'forgets users');
      await publishAdvisory(administered, { digests: [], version: { name: other, version: '1.0.0' }, id: 'adv-1', reason: 'bad', severity: 'low', expires: new Date(registry.now() + 9 * day) });
    }
    const bundle = await exported(registry);
    const root = await temporaryFolder();
    registry.rig.pass(3 * day);
    expect(await taken(registry, bundle, root)).toMatchObject({ ok: true, imported: [`${plugin}@1.0.0`, `${plugin}@1.1.0`, `${other}@1.0.0`], held: [], present: 0, refused: [], advisories: ['adv-1'], expired: ['timestamp'], adminToken: expect.stringMatching(/^byoml_/), rootKeyFile: join(root, 'keys', 'root.pem') });
    const verification = await verifyRegistry(root, { now: registry.now }, signal);
    expect(verification).toMatchObject({ ok: true, packages: 2, versions: 3 });
    const again = await taken(registry, bundle, root);
    expect(again).toMatchObject({ ok: true, imported: [], present: 3, advisories: [] });
    expect((await verifyRegistry(root, { now: registry.now }, signal)).events).toBe(verification.events);
    await using administered = await openAdministered(root, { now: registry.now }, signal);
    const { packument } = (await administered.registry.packages.packument(plugin, signal)) ?? {};
    expect(packument).toMatchObject({ 'dist-tags': { latest: '1.0.0' }, versions: { '1.1.0': { yanked: 'forgets users' } } });
    const card = JSON.parse(new TextDecoder().decode((await administered.registry.storage.read(`v1/cards/${plugin}/1.0.0.json`, signal))?.bytes)) as object;
    expect(card).toMatchObject({ publisher: 'admin', author: { key: authorKey.public.hex } });
  });

  test('finishes a version of which only the log was written', async () => {
    const { registry, bundle } = await whole();
    const root = await temporaryFolder();
    await taken(registry, await exported(registry, `${other}`), root);
    // What a process leaves that dies after the log was written and before the tarball was.
    await using storage = await folderStorage(join(root, 'data'));
    await storage.delete(`npm/${other}/-/slow-days-1.0.0.tgz`, { signal });
    await storage.delete(`npm/${other}`, { signal });
    await storage.delete('private/checkpoint', { signal });
    expect(await taken(registry, bundle, root)).toMatchObject({ ok: true, imported: [`${plugin}@1.0.0`, `${plugin}@1.1.0`, `${other}@1.0.0`] });
    expect(await verifyRegistry(root, { now: registry.now }, signal)).toMatchObject({ ok: true, events: 3, versions: 3 });
  });

  const goesOn = async (stopped: number): Promise<void> => {
    const { registry, bundle } = await whole();
    const root = await temporaryFolder();
    const stop = new AbortController();
    const options = { bundle, trustedRoot: await registry.trustedRoot(), admit: await staticChecks(), now: registry.now };
    const stopping = importBundle(root, { ...options, progress: ({ unit, done }) => void (unit === 'versions' && done === stopped && stop.abort(new Error('stopped'))) }, stop.signal);
    await expect(stopping).rejects.toThrow('stopped');
    const { imported, present } = await importBundle(root, options, signal);
    expect([imported.length, present]).toEqual([3 - stopped, stopped]);
    expect(await verifyRegistry(root, { now: registry.now }, signal)).toMatchObject({ ok: true, versions: 3 });
  };
  test('stopped after 2 versions, it goes on where it was', () => goesOn(2));
  test.skipIf(!inCi).each([1, 3])('stopped after %i versions, it goes on where it was (CI tier)', goesOn);

  test('refuses what differs from what is there, says so, and takes the rest', async () => {
    const { registry, bundle } = await whole();
    await using target = await folderRegistry();
    await target.publish('1.0.0', { by: 'admin', files: { 'README.md': '# Other bytes\n' } });
    await target.publish('1.0.0', { name: other, by: 'somebody' , files: { 'README.md': '# Other bytes\n' } });
    const result = await taken(registry, bundle, target.root);
    expect(result).toMatchObject({ ok: false, imported: [`${plugin}@1.1.0`], present: 0 });
    expect(result.refused.map(({ name, version }) => `${name}@${version}`)).toEqual([`${plugin}@1.0.0`, `${other}@1.0.0`]);
    expect(await target.verify()).toMatchObject({ ok: true });
  });

  test.each<readonly [string, string, (text: string) => string]>([
    ['a tarball', `npm/${plugin}/-/quiet-hours-1.0.0.tgz`, (text) => `${text}x`],
    ['a packument', `npm/${plugin}/index.json`, (text) => text.replace('Finds work', 'Finds evil')],
    ['a card', `v1/cards/${plugin}/1.0.0.json`, (text) => text.replace('author', 'mallory')],
    ['the log', 'v1/log/000001.jsonl', (text) => text.replace('"by":"author"', '"by":"mallory"')],
    ['the last line of the log', 'v1/log/000001.jsonl', (text) => text.replace('"by":"other"', '"by":"mallory"')],
    ['the timestamp', 'tuf/timestamp.json', (text) => text.replace(/"version":(\d+)/, '"version":9$1')],
  ])('%s that was changed: nothing of the bundle is taken over', async (_, file, change) => {
    const { registry, bundle } = await whole();
    const root = await temporaryFolder();
    await expect(taken(registry, await tampered(bundle, file, change), root)).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
    expect(await readdir(root)).toEqual([]);
  });

  test('a bundle of another registry than the trusted one is refused', async () => {
    const { bundle } = await whole();
    await using stranger = await folderRegistry();
    await expect(taken(stranger, bundle, await temporaryFolder())).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
  });

  test('clients read a bundle as they read a registry', async () => {
    const { registry, bundle } = await whole();
    const transport = bundleTransport(bundle);
    for (const key of [`npm/${plugin}`, `npm/${plugin}/-/quiet-hours-1.0.0.tgz`, `v1/cards/${plugin}/1.0.0.json`, 'tuf/timestamp.json'])
      expect(await transport.read(key, 1 << 20, signal)).toEqual((await registry.storage.read(key, signal))?.bytes);
  });
});
