import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { memoryStorage } from '../../storage/memory.ts';
import type { Storage } from '../../storage/storage.ts';
import { trustedTargets } from './client.ts';
import { createTrustRoot } from './create.ts';
import { refreshTimestamp } from './refresh.ts';
import { newKey, newOnlineKeys, objectsOf, processClock, removeTemporaryFolders, signal, temporaryFolder, testRegistry, utf8 } from './registry.test.fixture.ts';
import { tufRepository } from './repository.ts';
import { rotateRoot } from './rotate.ts';
import { targetDigest, type TargetDigest } from './target.ts';
import { storageTransport } from './transport.ts';

const start = new Date('2030-01-01T00:00:00Z');
const days = (count: number): Date => new Date(start.getTime() + count * 86_400_000);
const at = (date: Date): unknown => vi.useFakeTimers({ toFake: ['Date'], now: date });
beforeEach(() => void at(start));
afterEach(() => vi.useRealTimers());
afterAll(removeTemporaryFolders);

const version = async (storage: Storage): Promise<number> => (JSON.parse(new TextDecoder().decode((await storage.read('tuf/timestamp.json', signal))?.bytes)) as { signed: { version: number } }).signed.version;
const digestOf = (text: string): TargetDigest => targetDigest(utf8(text));

async function signed(storage: Storage, trustedRoot: Uint8Array, paths: readonly string[]): Promise<(string | undefined)[]> {
  await using trusted = await trustedTargets({ from: storageTransport(storage), trustedRoot, folder: await temporaryFolder() }, signal);
  const found: (string | undefined)[] = [];
  for (const path of paths) found.push(await trusted.target(path).then(({ sha256 }) => sha256, () => undefined));
  return found;
}

test('twenty publishes at once, by four processes, keep all twenty', async () => {
  const { storage, keys, trustedRoot } = await testRegistry();
  const names = Array.from({ length: 20 }, (_, at) => `npm/name-${at}`);
  const writers = Array.from({ length: 4 }, () => tufRepository({ storage, keys, clock: processClock }));
  await Promise.all(names.map(async (name, at) => writers[at % 4]?.publishTargets(new Map([[name, digestOf(name)]]), signal)));
  expect(await signed(storage, trustedRoot, names)).toEqual(names.map((name) => digestOf(name).sha256));
  expect(await version(storage)).toBe(21);
});

/** A storage that dies at one of its writes: before it, or just after. */
function mortal(storage: Storage, at: number, after: boolean): Storage {
  let writes = 0;
  return {
    ...storage,
    write: async (key, bytes, condition) => {
      if (++writes !== at) return writes > at ? Promise.reject(new Error('dead')) : storage.write(key, bytes, condition);
      if (after) await storage.write(key, bytes, condition);
      throw new Error('dead');
    },
    delete: () => Promise.reject(new Error('dead')),
  };
}

test('a publish that dies at any write leaves the old state or the new one, and the next publish works', async () => {
  for (const at of [1, 2, 3]) {
    for (const after of [false, true]) {
      const { storage, keys, trustedRoot, publish } = await testRegistry();
      await publish('npm/a', 'old');
      const dying = tufRepository({ storage: mortal(storage, at, after), keys, clock: processClock });
      await expect(dying.publishTargets(new Map([['npm/a', digestOf('new')]]), signal)).rejects.toThrow('dead');
      expect(await signed(storage, trustedRoot, ['npm/a'])).toEqual([digestOf(at === 3 && after ? 'new' : 'old').sha256]);
      await tufRepository({ storage, keys, clock: processClock }).publishTargets(new Map([['npm/a', digestOf('newest')]]), signal);
      expect(await signed(storage, trustedRoot, ['npm/a'])).toEqual([digestOf('newest').sha256]);
    }
  }
});

test('a first start that dies at any write is finished by the next, under the same root', async () => {
  const keys = newOnlineKeys();
  const options = { root: { keys: [newKey()] }, keys, clock: processClock };
  for (let at = 1; at < 69; at += 6) {
    const storage = memoryStorage();
    await expect(createTrustRoot({ ...options, storage: mortal(storage, at, true) }, signal)).rejects.toThrow('dead');
    const trustedRoot = await createTrustRoot({ ...options, storage }, signal);
    await tufRepository({ storage, keys, clock: processClock }).publishTargets(new Map([['npm/a', digestOf('a')]]), signal);
    expect(await signed(storage, trustedRoot, ['npm/a'])).toEqual([digestOf('a').sha256]);
  }
});

test('a start with the same keys answers the same root; other keys are refused', async () => {
  const { storage, rootKeys, keys, trustedRoot } = await testRegistry();
  expect(await createTrustRoot({ storage, root: { keys: rootKeys }, keys, clock: processClock }, signal)).toEqual(trustedRoot);
  await expect(createTrustRoot({ storage, root: { keys: [newKey()] }, keys: newOnlineKeys(), clock: processClock }, signal)).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
});

test('a threshold that the keys cannot reach is refused', async () => {
  const key = newKey();
  for (const [keys, threshold] of [[[key], 2], [[key, key], 2], [[key], 0], [[], 1]] as const) {
    await expect(createTrustRoot({ storage: memoryStorage(), root: { keys, threshold }, keys: newOnlineKeys(), clock: processClock }, signal)).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
  }
});

/** Counts one of the numbers up in every file of the metadata that is current, one file after the other. */
async function* edits(storage: Storage): AsyncGenerator<string> {
  for (const [key, bytes] of await objectsOf(storage)) {
    if (!/^tuf\/(?:root|timestamp|2\.)/.test(key)) continue;
    const text = new TextDecoder().decode(bytes);
    await storage.write(key, utf8(text.replace(/"(length|version|threshold)":(\d)/, (_, name: string, digit: string) => `"${name}":${(Number(digit) + 1) % 10}`)), { signal });
    yield key;
    await storage.write(key, bytes, { signal });
  }
}

test('an edit of the storage is never signed into the next edition', async () => {
  const { storage, keys, publish } = await testRegistry();
  await publish('npm/a', 'good');
  let edited = 0;
  for await (const key of edits(storage)) {
    expect(key).toMatch(/^tuf\//);
    edited++;
    const started = tufRepository({ storage, keys, clock: processClock });
    await expect(started.publishTargets(new Map([['npm/a', digestOf('next')]]), signal)).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
  }
  expect(edited).toBeGreaterThanOrEqual(4);
  await expect(tufRepository({ storage, keys, clock: processClock }).publishTargets(new Map([['npm/a', digestOf('next')]]), signal)).resolves.toBeUndefined();
});

test('a running registry signs what it knows, whatever the storage says of it meanwhile', async () => {
  const { storage, repository, publish, trustedRoot } = await testRegistry();
  await publish('npm/a', 'good');
  const known = [...(await objectsOf(storage))].filter(([key, bytes]) => key === 'tuf/2.snapshot.json' || new TextDecoder().decode(bytes).includes('"npm/a"'));
  expect(known).toHaveLength(2);
  for (const [key, bytes] of known) await storage.write(key, utf8(new TextDecoder().decode(bytes).replaceAll(/[0-9a-f]{64}(?="\})/g, digestOf('evil').sha256)), { signal });
  await repository.publishTargets(new Map([['npm/b', digestOf('next')]]), signal);
  for (const [key, bytes] of known) await storage.write(key, bytes, { signal });
  expect(await signed(storage, trustedRoot, ['npm/a', 'npm/b'])).toEqual([digestOf('good').sha256, digestOf('next').sha256]);
});

test('a running registry takes over what another one has signed meanwhile', async () => {
  const { storage, keys, repository, publish, trustedRoot } = await testRegistry();
  await publish('npm/a', 'a');
  await tufRepository({ storage, keys, clock: processClock }).publishTargets(new Map([['npm/b', digestOf('b')], ['npm/a', null]]), signal);
  await repository.publishTargets(new Map([['npm/c', digestOf('c')]]), signal);
  expect(await signed(storage, trustedRoot, ['npm/a', 'npm/b', 'npm/c'])).toEqual([undefined, digestOf('b').sha256, digestOf('c').sha256]);
});

test('a storage that was rolled back under a running registry is noticed', async () => {
  const { storage, repository, publish } = await testRegistry();
  const [before, older] = [await version(storage), await storage.read('tuf/timestamp.json', signal)];
  await publish('npm/a', 'a');
  await publish('npm/a', 'b');
  await storage.write('tuf/timestamp.json', older?.bytes ?? new Uint8Array(), { signal });
  await expect(repository.publishTargets(new Map(), signal)).rejects.toThrow(`timestamp: the storage has version ${before}, which is older than 2`);
});

test('nothing is signed with a key that the root does not name', async () => {
  const { storage, keys } = await testRegistry();
  for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
    await expect(tufRepository({ storage, keys: { ...keys, [role]: newKey() }, clock: processClock }).publishTargets(new Map(), signal)).rejects.toThrow(new RegExp(`^${role}: key [0-9a-f]{64} is not the one`));
  }
  await expect(refreshTimestamp({ storage, key: keys.snapshot, clock: processClock }, signal)).rejects.toThrow(/^timestamp: /);
});

test('a year of daily publishes and yearly ceremonies stays valid, and old files do not pile up', async () => {
  const { storage, rootKeys, trustedRoot, publish } = await testRegistry();
  for (let day = 0; day < 400; day += 20) {
    at(days(day));
    await publish('npm/a', `day ${day}`);
    expect(await signed(storage, trustedRoot, ['npm/a'])).toEqual([digestOf(`day ${day}`).sha256]);
    if (day === 340) await rotateRoot({ storage, next: {}, signers: rootKeys, clock: processClock }, signal);
  }
  for (let count = 0; count < 100; count++) await publish('npm/a', `${count}`);
  const files = [...(await objectsOf(storage)).keys()];
  expect(files.filter((key) => key.endsWith('.snapshot.json'))).toHaveLength(64);
  expect(files.length).toBeLessThan(64 * 7);
});

test('a rebuild replaces every target by those of the log', async () => {
  const { storage, repository, trustedRoot, publish } = await testRegistry();
  await publish('npm/a', 'a');
  await publish('npm/b', 'b');
  await repository.replaceTargets(new Map([['npm/b', digestOf('b2')], ['npm/c', digestOf('c')]]), signal);
  expect(await signed(storage, trustedRoot, ['npm/a', 'npm/b', 'npm/c'])).toEqual([undefined, digestOf('b2').sha256, digestOf('c').sha256]);
});

test('a rebuild that finds everything as it should be changes nothing', async () => {
  const { storage, repository, publish } = await testRegistry();
  await publish('npm/a', 'a');
  const before = await objectsOf(storage);
  await repository.replaceTargets(new Map([['npm/a', digestOf('a')]]), signal);
  expect(await objectsOf(storage)).toEqual(before);
});

test('a rebuild repairs lost and damaged metadata, and clients that saw the old go on', async () => {
  const lost = (key: string): boolean => key.startsWith('tuf/') && !key.endsWith('root.json');
  const damages: Readonly<Record<string, (key: string) => boolean>> = { everything: lost, timestamp: (key) => key === 'tuf/timestamp.json', bins: (key) => key.includes('.bin-'), snapshot: (key) => key.endsWith('.snapshot.json') };
  for (const damage of Object.values(damages)) {
    const { storage, keys, rootKeys, trustedRoot, publish } = await testRegistry();
    await publish('npm/a', 'a');
    const folder = await temporaryFolder();
    const client = () => trustedTargets({ from: storageTransport(storage), trustedRoot, folder }, signal);
    await (await client())[Symbol.asyncDispose]();
    for (const key of (await objectsOf(storage)).keys()) if (damage(key)) await storage.delete(key, { signal });
    await createTrustRoot({ storage, root: { keys: rootKeys }, keys, clock: processClock }, signal);
    await tufRepository({ storage, keys, clock: processClock }).replaceTargets(new Map([['npm/a', digestOf('a')]]), signal);
    await using trusted = await client();
    expect(await trusted.target('npm/a')).toEqual(digestOf('a'));
    expect(await signed(storage, trustedRoot, ['npm/a'])).toEqual([digestOf('a').sha256]);
  }
});

test('a path that no storage holds is no target', async () => {
  const { repository } = await testRegistry();
  for (const path of ['', '/a', 'a/../b', '__proto__/..', 'A', 'a'.repeat(801)]) await expect(repository.publishTargets(new Map([[path, digestOf('x')]]), signal)).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
});
