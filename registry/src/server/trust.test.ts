import { afterAll, describe, expect, test } from 'vitest';
import { verifyLog } from '../log/event-log.ts';
import { cardKey, cardSchema } from '../npm/card.ts';
import { removeTemporaryFolders, temporaryFolder } from '../storage/scratch.test.fixture.ts';
import { folderStorage } from '../storage/folder.ts';
import type { Storage } from '../storage/storage.ts';
import { trustedTargets } from '../trust/tuf/client.ts';
import { day, newKey, Rig, signal, trust } from './registry.test.fixture.ts';

afterAll(removeTemporaryFolders);

const packument = 'npm/@acme/odd';
const card = cardKey('@acme/odd', '1.0.0');

/** A registry that listens and signs by the clock of this machine, as clients do. */
const signing = (options: Parameters<typeof Rig.open>[0] = {}): Promise<Rig> => Rig.open({ trust, now: Date.now, ...options });

/** What somebody gets who trusts the registry's root and nothing else. */
async function downloaded(rig: Rig, path: string): Promise<Record<string, unknown>> {
  const url = rig.app.server.listening ? rig.url : await rig.app.listen({ host: '127.0.0.1', port: 0 });
  const trustedRoot = (await rig.storage.read('tuf/1.root.json', signal))?.bytes ?? new Uint8Array();
  await using targets = await trustedTargets({ from: url, trustedRoot, folder: await temporaryFolder() }, signal);
  return JSON.parse(new TextDecoder().decode(await targets.download(path))) as Record<string, unknown>;
}

async function objects(storage: Storage): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const key of storage.list('', signal)) if (!key.startsWith('private/')) found[key] = Buffer.from((await storage.read(key, signal))?.bytes ?? []).toString('latin1');
  return found;
}

const derived = (key: string): boolean => key.startsWith('v1/cards/') || (key.startsWith('npm/') && !key.includes('/-/'));

describe('a client that trusts only the root verifies', () => {
  test('packument and card after a publication, a moved tag, a deprecation, a yank and the next version', async () => {
    await using rig = await signing();
    await rig.publish();
    expect(await downloaded(rig, packument)).toMatchObject({ 'dist-tags': { latest: '1.0.0' } });
    expect(cardSchema.parse(await downloaded(rig, card))).toMatchObject({ name: '@acme/odd', version: '1.0.0', publisher: 'author', manifest: null, author: null, provenance: null });
    await rig.ask('PUT', '/-/package/@acme%2fodd/dist-tags/next', { by: 'author', body: '1.0.0' });
    expect(await downloaded(rig, packument)).toMatchObject({ 'dist-tags': { next: '1.0.0' } });
    await rig.ask('PUT', '/@acme%2fodd', { by: 'author', body: { versions: { '1.0.0': { deprecated: 'Old.' } } } });
    expect(await downloaded(rig, packument)).toMatchObject({ versions: { '1.0.0': { deprecated: 'Old.' } } });
    await rig.publish({ version: '1.1.0' });
    await rig.registry.packages.decide({ kind: 'yank', name: '@acme/odd', by: 'admin', versions: [{ version: '1.0.0', reason: 'Bad.' }] }, { signal });
    expect(await downloaded(rig, packument)).toMatchObject({ 'dist-tags': { latest: '1.1.0' }, versions: { '1.0.0': { yanked: 'Bad.' } } });
    expect(await downloaded(rig, card)).toMatchObject({ version: '1.0.0' });
  });

  test('a version when its time has come, and when somebody released it, and nothing of it before', async () => {
    let now = Date.now() - 3 * day;
    await using rig = await signing({ now: () => now, cooldown: { newMs: day, updateMs: day } });
    await rig.publish();
    expect(await rig.registry.trust?.signed(card, signal)).toBeUndefined();
    now += day;
    await rig.registry.packages.reveal(signal);
    await rig.publish({ version: '1.1.0' });
    now = Date.now();
    await rig.publish({ version: '1.2.0' });
    expect((await rig.ask('POST', '/-/byoml/v1/release/@acme/odd/1.2.0', { by: 'admin' })).statusCode).toBe(200);
    expect(Object.keys((await downloaded(rig, packument))['versions'] as object)).toEqual(['1.0.0', '1.1.0', '1.2.0']);
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) expect(await downloaded(rig, cardKey('@acme/odd', version))).toMatchObject({ version });
  });

  test('that a version is gone which its owner has withdrawn', async () => {
    await using rig = await signing();
    await rig.publish();
    await rig.publish({ version: '1.1.0' });
    const { _rev } = (await rig.ask('GET', '/@acme/odd')).json<{ _rev: string }>();
    await rig.ask('PUT', `/@acme%2fodd/-rev/${_rev}`, { by: 'author', body: { versions: { '1.1.0': {} } } });
    await expect(downloaded(rig, card)).rejects.toMatchObject({ code: 'TRUST_REFUSED', message: expect.stringContaining('has signed nothing') });
    expect(await rig.storage.read(card, signal)).toBeUndefined();
    expect(Object.keys((await downloaded(rig, packument))['versions'] as object)).toEqual(['1.1.0']);
  });

  test.each([packument, card])('%s, and refuses it with one changed byte in the storage', async (path) => {
    await using rig = await signing();
    await rig.publish();
    await downloaded(rig, path);
    const bytes = (await rig.storage.read(path, signal))?.bytes ?? new Uint8Array();
    bytes[bytes.indexOf(0x41)] = 0x61;
    await rig.storage.write(path, bytes, { signal });
    await expect(downloaded(rig, path)).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
  });
});

test('what somebody edited in the storage is never signed: the next change makes it anew', async () => {
  await using rig = await signing();
  await rig.publish();
  const text = new TextDecoder().decode((await rig.storage.read(packument, signal))?.bytes);
  await rig.storage.write(packument, new TextEncoder().encode(text.replaceAll('An odd thing', 'An evil thing')), { signal });
  await rig.publish({ version: '1.1.0' });
  expect(JSON.stringify(await downloaded(rig, packument))).not.toContain('evil');
});

test('an event that nobody could read again never gets into the log', async () => {
  await using rig = await signing();
  await rig.publish();
  await expect(rig.registry.packages.decide({ kind: 'yank', name: '@acme/odd', by: 'admin', versions: [{ version: '1.0.0', reason: 'x'.repeat(2001) }] }, { signal })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  expect((await verifyLog(rig.storage, signal)).number).toBe(1);
});

test('twenty packages published at once share a few revisions, and every one is signed when it is answered', async () => {
  await using storage = await folderStorage(await temporaryFolder()); // memory never lets others in between
  await using rig = await signing({ storage });
  const version = async (): Promise<number> => (JSON.parse(new TextDecoder().decode((await rig.storage.read('tuf/timestamp.json', signal))?.bytes)) as { signed: { version: number } }).signed.version;
  await rig.tokenOf('author');
  const before = await version();
  await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      expect((await rig.publish({ name: `@acme/odd-${i}` })).statusCode).toBe(201);
      expect(await rig.registry.trust?.signed(`npm/@acme/odd-${i}`, signal)).toBeDefined();
    }),
  );
  expect((await version()) - before).toBeLessThan(10);
  const alone = await version();
  await rig.publish({ name: '@acme/alone' });
  expect((await version()) - alone).toBe(1);
});

test('through four servers at once, what is signed is what is there', async () => {
  await using storage = await folderStorage(await temporaryFolder());
  await using first = await signing({ storage });
  await first.tokenOf('author');
  await using second = await signing({ storage, before: first });
  await using third = await signing({ storage, before: first });
  await using fourth = await signing({ storage, before: first });
  const versions = Array.from({ length: 20 }, (_each, i) => `1.0.${i}`);
  const answers = await Promise.all(versions.map((version, i) => ([first, second, third, fourth][i % 4] as Rig).publish({ version })));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(versions.map(() => 201));
  expect(Object.keys((await downloaded(first, packument))['versions'] as object).sort()).toEqual(versions.toSorted());
  for (const version of versions) expect(await downloaded(first, cardKey('@acme/odd', version))).toMatchObject({ version });
});

describe('a rebuild', () => {
  async function worked(): Promise<Rig> {
    const rig = await signing();
    await rig.publish();
    await rig.publish({ version: '1.1.0' });
    await rig.publish({ version: '1.2.0' });
    await rig.publish({ name: 'zebra', packageJson: { description: 'Striped' } });
    await rig.ask('PUT', '/-/package/@acme%2fodd/dist-tags/next', { by: 'author', body: '1.0.0' });
    await rig.ask('PUT', '/@acme%2fodd', { by: 'author', body: { versions: { '1.1.0': { deprecated: 'Old.' } } } });
    await rig.registry.packages.decide({ kind: 'yank', name: '@acme/odd', by: 'admin', versions: [{ version: '1.1.0', reason: 'Bad.' }] }, { signal });
    const { _rev } = (await rig.ask('GET', '/@acme/odd')).json<{ _rev: string }>();
    await rig.ask('PUT', `/@acme%2fodd/-rev/${_rev}`, { by: 'author', body: { versions: { '1.0.0': {}, '1.1.0': {} } } });
    return rig;
  }

  test('changes no byte when nothing is wrong', async () => {
    await using rig = await worked();
    const before = await objects(rig.storage);
    await rig.registry.packages.rebuild(signal);
    expect(await objects(rig.storage)).toEqual(before);
  });

  test('brings back every derived file that was lost, damaged or added, and signs it', async () => {
    await using rig = await worked();
    const before = await objects(rig.storage);
    for (const key of Object.keys(before)) if (derived(key)) await rig.storage.delete(key, { signal });
    await rig.storage.write(card, new TextEncoder().encode('{}'), { signal });
    await rig.storage.write('v1/cards/@acme/never/1.0.0.json', new TextEncoder().encode('{}'), { signal });
    await rig.registry.packages.rebuild(signal);
    expect(await objects(rig.storage)).toEqual(before);
    expect(await downloaded(rig, card)).toMatchObject({ version: '1.0.0' });
  });

  test('happens at the start where that is asked for, also with metadata that does not hold', async () => {
    await using rig = await worked();
    const text = new TextDecoder().decode((await rig.storage.read('tuf/timestamp.json', signal))?.bytes);
    await rig.storage.write('tuf/timestamp.json', new TextEncoder().encode(text.replace(/"version":\d+,/, '"version":900,')), { signal });
    await using again = await signing({ storage: rig.storage, before: rig, rebuild: true });
    expect(await downloaded(again, packument)).toMatchObject({ name: '@acme/odd' });
  });

  test('happens by itself when the signed metadata got lost', async () => {
    await using rig = await worked();
    for (const key of Object.keys(await objects(rig.storage))) if (key.startsWith('tuf/') && !key.endsWith('root.json')) await rig.storage.delete(key, { signal });
    await using again = await signing({ storage: rig.storage, before: rig, trust: { keys: trust.keys } });
    expect(await downloaded(again, packument)).toMatchObject({ name: '@acme/odd' });
    expect(await downloaded(again, 'npm/zebra')).toMatchObject({ name: 'zebra' });
  });
});

describe('a registry', () => {
  test('that did not sign before signs all it has when it is given keys', async () => {
    const silent = await Rig.open();
    await silent.publish();
    await silent[Symbol.asyncDispose]();
    await using rig = await signing({ storage: silent.storage, before: silent });
    expect(await downloaded(rig, packument)).toMatchObject({ name: '@acme/odd' });
    expect(await downloaded(rig, card)).toMatchObject({ version: '1.0.0' });
  });

  test('without metadata and without a root key, or with keys of another root, does not open', async () => {
    await expect(signing({ trust: { keys: trust.keys } })).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
    await using rig = await signing();
    const stranger = { timestamp: newKey(), snapshot: newKey(), targets: newKey() };
    await expect(signing({ storage: rig.storage, trust: { keys: stranger, root: { keys: [newKey()] } } })).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
  });

  test('renews what grows old, long before it is too old', async () => {
    let now = Date.now() - 29 * day;
    await using rig = await signing({ now: () => now });
    await rig.publish();
    await rig.registry.trust?.renew(signal);
    now = Date.now();
    await rig.registry.trust?.renew(signal);
    await rig.registry.trust?.renew(signal);
    expect(await downloaded(rig, packument)).toMatchObject({ name: '@acme/odd' });
  });
});
