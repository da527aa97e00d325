import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signal } from '../server/registry.test.fixture.ts';
import { folderStorage } from '../storage/folder.ts';
import { removeTemporaryFolders, temporaryFolder } from '../storage/scratch.test.fixture.ts';
import { folderRegistry, plugin, type FolderRegistry } from './folder-registry.test.fixture.ts';
import { rebuildRegistry } from './rebuild.ts';
import { verifyRegistry, type Verification } from './verify.ts';

afterAll(removeTemporaryFolders);

const log = 'v1/log/000001.jsonl';

async function filled(): Promise<FolderRegistry> {
  const registry = await folderRegistry();
  for (const version of ['1.0.0', '1.1.0']) expect((await registry.publish(version)).statusCode).toBe(201);
  expect((await registry.publish('1.0.0', { name: '@other/slow-days', by: 'other' })).statusCode).toBe(201);
  return registry;
}

test('a registry that nobody has touched verifies, while its server runs and afterwards', async () => {
  await using registry = await filled();
  const whole = { ok: true, events: 3, packages: 2, versions: 3, findings: [], expired: [] };
  expect(await registry.verify()).toEqual(whole);
  await registry.stop();
  expect(await verifyRegistry(registry.root, { now: registry.now, trustedRoot: await registry.trustedRoot() }, signal)).toEqual(whole);
});

test('nothing is found where a server only writes meanwhile', async () => {
  await using registry = await filled();
  const publishing = Promise.all(Array.from({ length: 6 }, (_, i) => registry.publish(`2.0.${i}`)));
  expect(await registry.verify()).toMatchObject({ ok: true });
  await publishing;
});

test('a timestamp that is out of date is told, and is no sign of tampering', async () => {
  await using registry = await filled();
  registry.rig.pass(3 * 86_400_000);
  expect(await registry.verify()).toMatchObject({ ok: true, expired: ['timestamp'] });
});

test('versions that are hidden, and those whose time came while no server ran, are in order', async () => {
  await using registry = await folderRegistry({ cooldown: { newMs: 3_600_000, updateMs: 3_600_000 } });
  await registry.publish('1.0.0');
  expect(await registry.verify()).toMatchObject({ ok: true, versions: 1 });
  registry.rig.pass(7_200_000);
  expect(await registry.verify()).toMatchObject({ ok: true, versions: 1 });
});

describe('attack 29: somebody edits a registry', () => {
  let shared: FolderRegistry;
  beforeAll(async () => {
    shared = await filled();
    await shared.stop();
  });
  afterAll(() => shared[Symbol.asyncDispose]());

  /** What is found while an object is another; afterwards it is as it was. */
  async function foundIn(key: string, change: (text: string) => string): Promise<Verification> {
    let before = '';
    await shared.tamper(key, (text) => change((before = text)));
    const found = await shared.verify();
    await shared.tamper(key, () => before);
    return found;
  }

  test('one edited line of the log is named', async () => {
    expect(await foundIn(log, (text) => text.replace('"by":"author"', '"by":"mallory"'))).toMatchObject({ ok: false, findings: [{ where: `${log}:2`, message: expect.stringContaining('does not follow event 1') }] });
  });

  test('the last line, which no other follows, contradicts what was signed', async () => {
    const { ok, findings } = await foundIn(log, (text) => text.replace('"by":"other"', '"by":"mallory"'));
    expect([ok, findings.map(({ where }) => where)]).toEqual([false, expect.arrayContaining(['v1/cards/@other/slow-days/1.0.0.json'])]);
  });

  test.each([
    ['a tarball', `npm/${plugin}/-/quiet-hours-1.0.0.tgz`, (text: string) => `${text}x`],
    ['a packument', `npm/${plugin}`, (text: string) => text.replace('Finds work', 'Finds evil')],
    ['a card', `v1/cards/${plugin}/1.0.0.json`, (text: string) => text.replace('"publisher":"author"', '"publisher":"mallory"')],
    ['the timestamp', 'tuf/timestamp.json', (text: string) => text.replace(/"version":(\d+)/, '"version":9$1')],
  ])('%s that was changed is named', async (_, key, change) => {
    const { ok, findings } = await foundIn(key, change);
    expect([ok, findings.map(({ where }) => where)]).toEqual([false, expect.arrayContaining([key.startsWith('tuf/') ? 'tuf' : key])]);
  });

  test('a file that no event explains is named', async () => {
    const evil = 'npm/@acme/evil/-/evil-1.0.0.tgz';
    await using storage = await folderStorage(join(shared.root, 'data'));
    await storage.write(evil, new Uint8Array([1]), { signal });
    expect(await shared.verify()).toMatchObject({ ok: false, findings: [{ where: evil }] });
    await storage.delete(evil, { signal });
    expect(await shared.verify()).toMatchObject({ ok: true, findings: [] });
  });

  test('all that is served is replaced, its roots too: the keys beside it are not those', async () => {
    await using registry = await filled();
    await using thief = await filled();
    await registry.stop();
    await thief.stop();
    const data = (root: string): string => join(root, 'data', 'objects');
    await rm(data(registry.root), { recursive: true });
    await cp(data(thief.root), data(registry.root), { recursive: true });
    expect(await registry.verify()).toMatchObject({ ok: false, findings: ['timestamp', 'snapshot', 'targets'].map((role) => ({ where: 'tuf/root.json', message: expect.stringContaining(role) })) });
    await rm(join(registry.root, 'keys'), { recursive: true });
    expect(await registry.verify()).toMatchObject({ ok: true });
  });

  test('a registry with another root than the one that was kept is not believed', async () => {
    await using other = await folderRegistry();
    expect(await verifyRegistry(shared.root, { now: shared.now, patience: 100, trustedRoot: await other.trustedRoot() }, signal)).toMatchObject({ ok: false, findings: [{ where: 'tuf' }] });
  });
});

describe('rebuild', () => {
  test('changes nothing where nothing is wrong', async () => {
    await using registry = await filled();
    expect(await rebuildRegistry(registry.root, { now: registry.now }, signal)).toEqual({ packages: 2, changed: [] });
  });

  test('makes anew what was changed or lost, and says what', async () => {
    await using registry = await filled();
    await registry.tamper(`npm/${plugin}`, (text) => text.replace('Finds work', 'Finds evil'));
    await registry.storage.delete('v1/cards/@other/slow-days/1.0.0.json', { signal });
    const updates: { readonly done: number; readonly total?: number }[] = [];
    const { changed } = await rebuildRegistry(registry.root, { now: registry.now, progress: (update) => updates.push(update) }, signal);
    expect(changed).toEqual([`npm/${plugin}`, 'v1/cards/@other/slow-days/1.0.0.json']);
    expect(updates.at(-1)).toMatchObject({ done: 2, total: 2 });
    expect(await registry.verify()).toMatchObject({ ok: true });
  });

  test('a folder without a registry is said to be none', async () => {
    await expect(rebuildRegistry(await temporaryFolder(), {}, signal)).rejects.toMatchObject({ code: 'FILE_MISSING' });
  });
});
