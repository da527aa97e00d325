import { once } from 'node:events';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ByomlError } from '@byoml/core';
import { memoryStorage } from '../../storage/memory.ts';
import type { Storage } from '../../storage/storage.ts';
import { trustedTargets } from './client.ts';
import { metaOf, rootMetadata, signedFile, snapshotMetadata, timestampMetadata } from './metadata.ts';
import { refreshTimestamp } from './refresh.ts';
import { newKey, newOnlineKeys, objectsOf, processClock, removeTemporaryFolders, serve, signal, temporaryFolder, testRegistry, utf8, type TestRegistry } from './registry.test.fixture.ts';
import { tufRepository } from './repository.ts';
import { binOf, publicKeys } from './roles.ts';
import { rotateRoot } from './rotate.ts';
import { storageTransport } from './transport.ts';

afterAll(removeTemporaryFolders);
afterEach(() => vi.useRealTimers());

const path = 'npm/@scope/name';
const start = new Date('2030-01-01T00:00:00Z');
const hours = (count: number): Date => new Date(start.getTime() + count * 3_600_000);
const at = (date: Date): unknown => vi.useFakeTimers({ toFake: ['Date'], now: date });

let registry: TestRegistry;
let folder: string;
beforeEach(async () => {
  at(start);
  registry = await testRegistry();
  await registry.publish(path, 'good');
  folder = await temporaryFolder();
});

async function download(from: string, trustedRoot = registry.trustedRoot, target = path): Promise<string> {
  await using trusted = await trustedTargets({ from, trustedRoot, folder }, signal);
  return new TextDecoder().decode(await trusted.download(target));
}

const refused = async (work: Promise<unknown>): Promise<string> => {
  const thrown = await work.then((got) => expect.fail(`accepted ${JSON.stringify(got)}`), (error: ByomlError) => error);
  expect(thrown.code).toBe('TRUST_REFUSED');
  return thrown.message;
};

const plain = async (url: string): Promise<string> => (await fetch(`${url}/${path}`)).text();

test('what was published arrives, also what changed and what came later', async () => {
  await using server = await serve(registry.storage);
  expect(await download(server.url)).toBe('good');
  await registry.publish(path, 'better');
  await registry.publish('v1/cards/@scope/name/1.0.0.json', 'a card');
  expect(await download(server.url)).toBe('better');
  expect(await download(server.url, registry.trustedRoot, 'v1/cards/@scope/name/1.0.0.json')).toBe('a card');
});

test('an offline bundle is verified like a server', async () => {
  await using trusted = await trustedTargets({ from: storageTransport(registry.storage), trustedRoot: registry.trustedRoot, folder }, signal);
  expect(await trusted.download(path)).toEqual(utf8('good'));
  await expect(trusted.verify(path, utf8('good'))).resolves.toBeUndefined();
  expect(await refused(trusted.verify(path, utf8('evil')))).toMatch(/^targets: npm\/@scope\/name has the digest/);
});

test('only what was signed is a target', async () => {
  await using server = await serve(registry.storage);
  for (const name of ['npm/unknown', 'constructor', '__proto__', '../secret', '/etc/passwd', 'npm/UPPER', 'tuf/root.json']) expect(await refused(download(server.url, registry.trustedRoot, name))).toMatch(/^targets: /);
});

test('what was taken back is refused', async () => {
  await registry.repository.publishTargets(new Map([[path, null]]), signal);
  await using server = await serve(registry.storage);
  expect(await refused(download(server.url))).toContain('has signed nothing at npm/@scope/name');
});

describe('refuses', () => {
  test('a tampered target, which a client without the check takes', async () => {
    await using server = await serve(registry.storage);
    server.meddle = (asked) => (asked === path ? utf8('evil') : undefined);
    expect(await plain(server.url)).toBe('evil');
    expect(await refused(download(server.url))).toMatch(/^targets: npm\/@scope\/name has the digest/);
  });

  test('a target that is missing', async () => {
    await using server = await serve(registry.storage);
    await registry.storage.delete(path, { signal });
    expect(await refused(download(server.url))).toBe('targets: npm/@scope/name was signed but is not there');
  });

  test('a registry rolled back to an older state, which a client that remembers nothing takes', async () => {
    const older = await objectsOf(registry.storage);
    await registry.publish(path, 'fixed');
    await using server = await serve(registry.storage);
    expect(await download(server.url)).toBe('fixed');
    server.meddle = (asked) => older.get(asked);
    expect(await plain(server.url)).toBe('good');
    expect(await refused(download(server.url))).toMatch(/^timestamp: .*version 2 is less than current version 3/);
    folder = await temporaryFolder();
    expect(await download(server.url)).toBe('good');
  });

  test('an older snapshot under a newer timestamp, made with a stolen timestamp key', async () => {
    const older = await objectsOf(registry.storage);
    await registry.publish(path, 'fixed');
    await using server = await serve(registry.storage);
    await download(server.url);
    const snapshot = older.get('tuf/2.snapshot.json') ?? new Uint8Array();
    const forged = signedFile(timestampMetadata(metaOf(snapshot, 2), { version: 99, expires: hours(1) }), [registry.keys.timestamp]);
    server.meddle = (asked) => (asked === 'tuf/timestamp.json' ? forged : older.get(asked));
    expect(await refused(download(server.url))).toMatch(/^timestamp: .*snapshot version 2 is less than current version 3/);
  });

  test('an older list of targets under a newer snapshot, made with stolen online keys', async () => {
    const older = await objectsOf(registry.storage);
    await registry.publish(path, 'fixed');
    await using server = await serve(registry.storage);
    await download(server.url);
    const bin = `${binOf(path)}.json`;
    const current = JSON.parse(new TextDecoder().decode((await registry.storage.read('tuf/3.snapshot.json', signal))?.bytes)) as { signed: { meta: Record<string, { version: number }> } };
    const meta = Object.fromEntries(Object.entries(current.signed.meta).map(([file, { version }]) => [file, metaOf(older.get(`tuf/${file === bin ? 2 : version}.${file}`) ?? new Uint8Array(), file === bin ? 2 : version)]));
    const snapshot = signedFile(snapshotMetadata(meta, { version: 99, expires: hours(1) }), [registry.keys.snapshot]);
    const timestamp = signedFile(timestampMetadata(metaOf(snapshot, 99), { version: 99, expires: hours(1) }), [registry.keys.timestamp]);
    server.meddle = (asked) => (asked === 'tuf/timestamp.json' ? timestamp : asked === 'tuf/99.snapshot.json' ? snapshot : undefined);
    expect(await refused(download(server.url))).toMatch(/^snapshot: New version 2 of bin-..\.json is less than current version 3/);
  });

  test('an expired timestamp', async () => {
    await using server = await serve(registry.storage);
    at(hours(24));
    expect(await refused(download(server.url))).toBe('timestamp: Final timestamp.json is expired');
    await refreshTimestamp({ storage: registry.storage, key: registry.keys.timestamp, clock: processClock }, signal);
    expect(await download(server.url)).toBe('good');
  });

  test('a frozen registry: somebody goes on serving the last state that the client saw', async () => {
    await using server = await serve(registry.storage);
    const frozen = await objectsOf(registry.storage);
    await registry.publish(path, 'fixed');
    server.meddle = (asked) => frozen.get(asked);
    expect(await download(server.url)).toBe('good');
    at(hours(25));
    expect(await refused(download(server.url))).toBe('timestamp: Final timestamp.json is expired');
  });

  test('an expired snapshot, targets and root', async () => {
    await using server = await serve(registry.storage);
    for (const [day, role] of [[31, 'snapshot'], [366, 'root']] as const) {
      at(hours(24 * day));
      if (role !== 'root') await refreshTimestamp({ storage: registry.storage, key: registry.keys.timestamp, clock: processClock }, signal);
      expect(await refused(download(server.url))).toMatch(new RegExp(`^${role}: .*${role}.json is expired`));
    }
  });

  test.each(['timestamp', 'snapshot', 'targets'] as const)('a %s signed with an unknown key', async (role) => {
    const thief = await testRegistry({ keys: { ...registry.keys, [role]: newKey() } });
    await thief.publish(path, 'evil');
    await using server = await serve(thief.storage);
    expect(await plain(server.url)).toBe('evil');
    expect(await refused(download(server.url))).toMatch(new RegExp(`^${role}: .*signed by 0/1 keys`));
  });

  test('another registry altogether', async () => {
    const other = await testRegistry();
    await other.publish(path, 'evil');
    await using server = await serve(other.storage);
    expect(await refused(download(server.url))).toMatch(/^timestamp: /);
  });

  test('a mix of two states', async () => {
    const older = await objectsOf(registry.storage);
    await registry.publish(path, 'fixed');
    await using server = await serve(registry.storage);
    const bin = `tuf/3.${binOf(path)}.json`;
    for (const [file, old] of [['tuf/3.snapshot.json', 'tuf/2.snapshot.json'], [bin, bin.replace('3.', '2.')]] as const) {
      server.meddle = (asked) => (asked === file ? older.get(old) : undefined);
      expect(await refused(download(server.url))).toMatch(/^(snapshot|bin-..): Expected (length|hash)/);
    }
    server.meddle = (asked) => (asked === path ? older.get(path) : undefined);
    expect(await refused(download(server.url))).toMatch(/^targets: /);
  });

  test.each(['tuf/timestamp.json', 'tuf/2.snapshot.json', 'tuf/2.root.json', path])('endless data at %s, and hangs up', async (file) => {
    await using server = await serve(registry.storage);
    const closed = Promise.withResolvers<void>();
    server.meddle = (asked, response) => {
      if (asked !== file) return undefined;
      const more = (): void => {
        while (!response.destroyed && response.write(new Uint8Array(1 << 16).fill(32)));
      };
      response.on('drain', more).on('error', () => undefined);
      void once(response, 'close').then(() => closed.resolve());
      more();
      return 'answered';
    };
    expect(await refused(download(server.url))).toMatch(/has more than \d+ bytes, which was never signed$/);
    await closed.promise;
  });

  test('a redirection', async () => {
    await using server = await serve(registry.storage);
    server.meddle = (asked, response) => (asked === 'tuf/timestamp.json' ? (response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), 'answered') : undefined);
    expect(await refused(download(server.url))).toMatch(/^timestamp: tuf\/timestamp.json cannot be read/);
  });

  test('a registry that is out of order', async () => {
    await using server = await serve(registry.storage);
    server.meddle = (_, response) => (response.writeHead(500).end(), 'answered');
    expect(await refused(download(server.url))).toBe('root: tuf/2.root.json cannot be read: the registry answered 500');
  });

  test('a trusted root that is no root', async () => {
    await using server = await serve(registry.storage);
    for (const bytes of [utf8('{}'), utf8('no JSON'), utf8('{"signed":{"_type":"root"},"signatures":[]}')]) expect(await refused(download(server.url, bytes))).toMatch(/^root: the trusted root does not hold/);
  });
});

test('a request that is given up ends with the reason', async () => {
  await using server = await serve(registry.storage);
  const controller = new AbortController();
  server.meddle = () => (controller.abort(new Error('given up')), 'answered');
  await expect(trustedTargets({ from: server.url, trustedRoot: registry.trustedRoot, folder }, controller.signal)).rejects.toThrow('given up');
});

test('a half-written memory is no memory, and never a reason to trust more', async () => {
  await using server = await serve(registry.storage);
  await download(server.url);
  const [memory = ''] = await readdir(folder);
  const file = join(folder, memory, 'timestamp.json');
  await writeFile(file, (await readFile(file)).subarray(0, 100));
  expect(await download(server.url)).toBe('good');
  await writeFile(join(folder, memory, 'root.json'), '{');
  expect(await refused(download(server.url))).toMatch(/^root: /);
});

describe('a rotated root', () => {
  const rotated = async (storage: Storage, keys: TestRegistry['keys'], rotation: Partial<Parameters<typeof rotateRoot>[0]>): Promise<void> => {
    await rotateRoot({ storage, next: {}, signers: registry.rootKeys, clock: processClock, ...rotation }, signal);
    await tufRepository({ storage, keys, clock: processClock }).resign(publicKeys(registry.keys), signal);
  };

  test('is followed, twice, to new root and online keys; the old ones are worth nothing', async () => {
    await using server = await serve(registry.storage);
    await download(server.url);
    const [root, keys] = [newKey(), newOnlineKeys()];
    await rotated(registry.storage, keys, { next: { root: { keys: [root.public], threshold: 1 }, timestamp: keys.timestamp.public, snapshot: keys.snapshot.public, targets: keys.targets.public }, signers: [...registry.rootKeys, root] });
    expect(await download(server.url)).toBe('good');
    await rotated(registry.storage, keys, { signers: [root] });
    expect(await download(server.url)).toBe('good');
    folder = await temporaryFolder();
    expect(await download(server.url)).toBe('good');
    await expect(refreshTimestamp({ storage: registry.storage, key: registry.keys.timestamp, clock: processClock }, signal)).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
    await expect(rotateRoot({ storage: registry.storage, next: {}, signers: registry.rootKeys, clock: processClock }, signal)).rejects.toThrow(/^root: root was signed by 0\/1 keys/);
  });

  test('that only the new keys have signed is refused', async () => {
    const thief = newKey();
    const roles = { root: { keys: [thief.public], threshold: 1 }, timestamp: thief.public, snapshot: thief.public, targets: thief.public };
    const forged = signedFile(rootMetadata(roles, { version: 2, expires: hours(1) }), [thief]);
    await using server = await serve(registry.storage);
    server.meddle = (asked) => (asked === 'tuf/2.root.json' ? forged : undefined);
    expect(await refused(download(server.url))).toBe('root: root was signed by 0/1 keys');
  });

  test('needs two of three when the root says so', async () => {
    const three = await testRegistry({ rootKeys: 3, threshold: 2 });
    await three.publish(path, 'good');
    const next = { root: { keys: three.rootKeys.map((key) => key.public), threshold: 2 } };
    await expect(rotateRoot({ storage: three.storage, next, signers: three.rootKeys.slice(0, 1), clock: processClock }, signal)).rejects.toThrow(/^root: root was signed by 1\/2 keys/);
    const roles = { ...next, timestamp: three.keys.timestamp.public, snapshot: three.keys.snapshot.public, targets: three.keys.targets.public };
    const [first, second] = three.rootKeys as [never, never];
    await using server = await serve(three.storage);
    for (const signers of [[first], [first, first], [first, newKey()]]) {
      const forged = signedFile(rootMetadata(roles, { version: 2, expires: hours(9) }), signers);
      server.meddle = (asked) => (asked === 'tuf/2.root.json' ? forged : undefined);
      expect(await refused(download(server.url, three.trustedRoot))).toBe('root: root was signed by 1/2 keys');
    }
    server.meddle = () => undefined;
    await rotateRoot({ storage: three.storage, next, signers: [first, second], clock: processClock }, signal);
    expect(await download(server.url, three.trustedRoot)).toBe('good');
  });

  test('lets a registry start at low versions again after a thief signed very high ones', async () => {
    await using server = await serve(registry.storage);
    const snapshot = (await registry.storage.read('tuf/2.snapshot.json', signal))?.bytes ?? new Uint8Array();
    const high = signedFile(timestampMetadata(metaOf(snapshot, 2), { version: 1_000_000, expires: hours(5) }), [registry.keys.timestamp]);
    server.meddle = (asked) => (asked === 'tuf/timestamp.json' ? high : undefined);
    expect(await download(server.url)).toBe('good');
    server.meddle = () => undefined;
    expect(await refused(download(server.url))).toMatch(/^timestamp: /);
    const timestamp = newKey();
    await rotated(registry.storage, { ...registry.keys, timestamp }, { next: { timestamp: timestamp.public } });
    expect(await download(server.url)).toBe('good');
    const older = await objectsOf(registry.storage);
    await tufRepository({ storage: registry.storage, keys: { ...registry.keys, timestamp }, clock: processClock }).publishTargets(new Map(), signal);
    expect(await download(server.url)).toBe('good');
    server.meddle = (asked) => older.get(asked);
    expect(await refused(download(server.url))).toMatch(/^timestamp: .*is less than current version/);
  });
});

test('two registries in one folder do not disturb each other', async () => {
  const other = await testRegistry({ storage: memoryStorage() });
  await other.publish(path, 'other');
  await using first = await serve(registry.storage);
  await using second = await serve(other.storage);
  expect([await download(first.url), await download(second.url, other.trustedRoot), await download(first.url)]).toEqual(['good', 'other', 'good']);
});
