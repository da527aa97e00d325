import { Root } from '@tufjs/models';
import { afterAll, describe, expect, test } from 'vitest';
import { memoryStorage } from '../../storage/memory.ts';
import { keyJson, type SigningKey } from '../keys.ts';
import { rootMetadata, signedFile, type RootRoles } from './metadata.ts';
import { refreshTimestamp } from './refresh.ts';
import { newKey, newOnlineKeys, objectsOf, processClock, removeTemporaryFolders, signal, testRegistry, utf8 } from './registry.test.fixture.ts';
import { tufRepository } from './repository.ts';
import { onlineRoles, publicKeys, type PublicKeys } from './roles.ts';
import { rotateRoot } from './rotate.ts';
import { targetDigest } from './target.ts';

afterAll(removeTemporaryFolders);

const soon = new Date(Date.now() + 86_400_000);

/** A first root with these keys, changed in its JSON. */
function changedRoot(roles: RootRoles, change: (json: ReturnType<typeof jsonOf>) => void): Root {
  const json = jsonOf(rootMetadata(roles, { version: 1, expires: soon }));
  change(json);
  return Root.fromJSON(json as never);
}

const jsonOf = (root: Root) => JSON.parse(JSON.stringify(root.toJSON())) as { readonly keys: Record<string, ReturnType<typeof keyJson>>; readonly roles: Record<string, { keyids: string[] }> };

/** A registry whose root was renewed once, and everything below it replaced by a thief's, who can write to the storage and has none of its keys. */
async function overwritten() {
  const registry = await testRegistry();
  await registry.publish('npm/a', 'good');
  await rotateRoot({ storage: registry.storage, next: {}, signers: registry.rootKeys, clock: processClock }, signal);
  await registry.repository.resign({}, signal);
  const thief = { root: newKey(), keys: newOnlineKeys() };
  const forged = await testRegistry({ storage: memoryStorage(), keys: thief.keys });
  await forged.publish('npm/a', 'evil');
  for (const [key, bytes] of await objectsOf(forged.storage)) if (!key.endsWith('root.json')) await registry.storage.write(key, bytes, { signal });
  const [{ public: real }] = registry.rootKeys as readonly [SigningKey];
  const put = async (root: Root, ...paths: readonly string[]): Promise<void> => {
    for (const path of paths) await registry.storage.write(path, signedFile(root, [thief.root]), { signal });
  };
  const putAsOnly = async (root: Root): Promise<void> => {
    await put(root, 'tuf/root.json', 'tuf/1.root.json');
    await registry.storage.delete('tuf/2.root.json', { signal });
  };
  return { ...registry, thief, real, put, putAsOnly };
}

type Overwritten = Awaited<ReturnType<typeof overwritten>>;

const forgeries: Readonly<Record<string, (registry: Overwritten) => Promise<void>>> = {
  'the root before the newest names the thief beside the real root key': ({ thief, real, put }) =>
    put(rootMetadata({ root: { keys: [thief.root.public, real], threshold: 1 }, ...publicKeys(thief.keys) }, { version: 1, expires: soon }), 'tuf/1.root.json'),
  'the only root names the thief beside the real online keys': ({ thief, real, keys, putAsOnly }) =>
    putAsOnly(changedRoot({ root: { keys: [thief.root.public, real], threshold: 1 }, ...publicKeys(keys) }, ({ keys: named, roles }) => {
      for (const role of onlineRoles) {
        const { id, hex } = thief.keys[role].public;
        named[id] = keyJson(hex);
        roles[role]?.keyids.push(id);
      }
    })),
  'the only root calls the keys of the thief by the ids of the real ones': async ({ thief, real, keys, putAsOnly, storage }) => {
    const called = Object.fromEntries(onlineRoles.map((role) => [role, { id: keys[role].public.id, hex: thief.keys[role].public.hex }])) as Required<PublicKeys>;
    await putAsOnly(rootMetadata({ root: { keys: [thief.root.public, real], threshold: 1 }, ...called }, { version: 1, expires: soon }));
    for (const [key, bytes] of await objectsOf(storage)) {
      if (key.startsWith('tuf/') && !key.endsWith('root.json')) await storage.write(key, utf8(onlineRoles.reduce((text, role) => text.replaceAll(thief.keys[role].public.id, keys[role].public.id), new TextDecoder().decode(bytes))), { signal });
    }
  },
};

describe('attack 29: somebody who can write to the storage forges a root', () => {
  test.each(Object.keys(forgeries))('%s: nothing of theirs is signed', async (forgery) => {
    const registry = await overwritten();
    await forgeries[forgery]?.(registry);
    const { storage, keys } = registry;
    const repository = tufRepository({ storage, keys, clock: processClock }); // as after a restart: one that remembers versions notices by itself
    const before = await objectsOf(storage);
    const digest = targetDigest(utf8('next'));
    const attempts = [
      () => repository.publishTargets(new Map([['npm/b', digest]]), signal), () => repository.resign({}, signal), () => repository.resign(publicKeys(newOnlineKeys()), signal),
      () => refreshTimestamp({ storage, key: keys.timestamp, clock: processClock }, signal),
    ];
    for (const attempt of attempts)
      await expect(attempt()).rejects.toThrow(forgery.startsWith('the only') ? /is not the one that the root names/ : 'timestamp: timestamp was signed by 0/1 keys');
    expect(await objectsOf(storage)).toEqual(before);
  });
});

test('attack 29: a ceremony takes no root over that the storage has and no key holder has signed', async () => {
  const { storage, rootKeys, keys, thief, real, put } = await overwritten();
  const forged = (version: number): Root => rootMetadata({ root: { keys: [thief.root.public, real], threshold: 1 }, ...publicKeys(keys) }, { version, expires: soon });
  const paths = ['tuf/root.json', 'tuf/2.root.json', 'tuf/1.root.json'] as const;
  await put(forged(2), paths[0], paths[1]);
  await expect(rotateRoot({ storage, next: {}, signers: rootKeys, clock: processClock }, signal)).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
  await put(forged(1), paths[2]);
  await expect(rotateRoot({ storage, next: {}, signers: rootKeys, clock: processClock }, signal)).rejects.toThrow('root: none of the keys that sign has signed version 2 or one before it');
});

test('after new online keys, what the old ones signed counts only for whoever names them', async () => {
  const { storage, rootKeys, keys, publish } = await testRegistry();
  await publish('npm/a', 'good');
  const next = newOnlineKeys();
  await rotateRoot({ storage, next: publicKeys(next), signers: rootKeys, clock: processClock }, signal);
  const after = tufRepository({ storage, keys: next, clock: processClock });
  for (const refused of [() => after.publishTargets(new Map(), signal), () => after.resign({}, signal), () => after.resign(publicKeys(newOnlineKeys()), signal)]) await expect(refused()).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
  await after.resign(publicKeys(keys), signal);
  await expect(after.publishTargets(new Map([['npm/b', targetDigest(utf8('b'))]]), signal)).resolves.toBeUndefined();
});
