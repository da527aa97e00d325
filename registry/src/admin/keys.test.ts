import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { signal } from '../server/registry.test.fixture.ts';
import { removeTemporaryFolders } from '../storage/scratch.test.fixture.ts';
import { inCi } from '../tier.test.fixture.ts';
import { readKeyFile, writeKeyFile } from '../trust/key-file.ts';
import { generateKey } from '../trust/keys.ts';
import { rotateRoot } from '../trust/tuf/rotate.ts';
import { folderRegistry, plugin, type FolderRegistry } from './folder-registry.test.fixture.ts';
import { keyRoles } from './keys.ts';
import { listAdvisories } from './list-advisories.ts';
import { prepareNextKeys, swapKeys } from './next-keys.ts';
import { publishAdvisory } from './publish-advisory.ts';
import { rotateKeys } from './rotate-keys.ts';
import { verifyRegistry } from './verify.ts';
import { yankVersion } from './yank.ts';

afterAll(removeTemporaryFolders);

async function filled(): Promise<FolderRegistry> {
  const registry = await folderRegistry();
  await registry.publish('1.0.0');
  return registry;
}

/** Whether who was given the first root still follows the registry. */
const followed = async ({ root, now, trustedRoot }: Pick<FolderRegistry, 'root' | 'now' | 'trustedRoot'>) => verifyRegistry(root, { now, trustedRoot: await trustedRoot(), patience: 100 }, signal);

test('roles are shown with their keys, how many have to sign, and until when', async () => {
  await using registry = await filled();
  expect(await keyRoles(registry.storage, signal)).toMatchObject([
    { role: 'root', keys: [expect.stringMatching(/^[0-9a-f]{64}$/)], threshold: 1, version: 1, expires: '2027-01-05T12:00:00.000Z' },
    { role: 'targets', threshold: 1 }, { role: 'snapshot', threshold: 1 }, { role: 'timestamp', threshold: 1 },
  ]);
});

test('two of three root keys: one of them alone can do nothing, two can', async () => {
  await using registry = await filled();
  const { root, now } = registry;
  const [one, two, three] = ['a', 'b', 'c'].map((name) => join(root, 'keys', `${name}.pem`)) as [string, string, string];
  const { roles: [rootRole], made } = await rotateKeys({ root, rootKeys: [one, two, three], threshold: 2, now }, signal);
  expect([made, rootRole]).toEqual([[one, two, three], expect.objectContaining({ threshold: 2, version: 2, keys: expect.objectContaining({ length: 3 }) })]);
  for (const path of made) expect((await stat(path)).mode & 0o777).toBe(0o600);
  await expect(rotateKeys({ root, signWith: [one], now }, signal)).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
  await expect(rotateKeys({ root, now }, signal)).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
  expect((await rotateKeys({ root, signWith: [one, three], now }, signal)).roles[0]).toMatchObject({ version: 3, threshold: 2 });
  expect(await followed(registry)).toMatchObject({ ok: true });
  await expect(rotateKeys({ root, signWith: [one, three], threshold: 4, now }, signal)).rejects.toMatchObject({ code: 'USAGE_INVALID' });
});

type When = 'before the keys were swapped' | 'before everything was signed anew';
type By = 'the next one' | 'any command';
async function isEnded(when: When, by: By): Promise<void> {
  await using registry = await filled();
  {
    await using administered = await registry.administered();
    await publishAdvisory(administered, { digests: [], version: { name: plugin, version: '1.0.0' }, id: 'adv-1', reason: 'bad', severity: 'low', expires: new Date(registry.now() + 86_400_000) });
  }
  await registry.stop();
  const { root, now, storage } = registry;
  const keys = join(root, 'keys');
  const next = await prepareNextKeys(keys);
  await rotateRoot({ storage, next: { timestamp: next.timestamp.public, snapshot: next.snapshot.public, targets: next.targets.public }, signers: [await readKeyFile(join(keys, 'root.pem'))], clock: { now: () => new Date(now()) } }, signal);
  if (when.includes('signed')) await swapKeys(keys, storage, signal);
  expect(await followed(registry)).toMatchObject({ ok: false });
  if (by === 'the next one') await rotateKeys({ root, online: true, now }, signal);
  await using administered = await registry.administered();
  expect(await listAdvisories({ storage, history: administered.registry.packages.history, now: new Date(now()) }, signal)).toMatchObject([{ id: 'adv-1', counts: true }]);
  expect(await followed(registry)).toMatchObject({ ok: true });
  expect((await readdir(keys)).sort()).toEqual(['root.pem', 'snapshot.pem', 'targets.pem', 'timestamp.pem']);
}
test.each<[When, By]>([['before the keys were swapped', 'any command'], ['before everything was signed anew', 'the next one']])('a rotation that died %s is ended by %s, with the advisories', isEnded);
test.skipIf(!inCi).each<[When, By]>([['before the keys were swapped', 'the next one'], ['before everything was signed anew', 'any command']])('a rotation that died %s is ended by %s, with the advisories (CI tier)', isEnded);

describe('attack 29: keys are stolen', () => {
  test('a key that is none of the root\'s rotates nothing', async () => {
    await using registry = await filled();
    const stolen = join(registry.root, 'stolen.pem');
    await writeKeyFile(stolen, generateKey());
    await expect(rotateKeys({ root: registry.root, signWith: [stolen], now: registry.now }, signal)).rejects.toMatchObject({ code: 'TRUST_REFUSED', message: expect.stringContaining('root') });
    expect(await registry.verify()).toMatchObject({ ok: true });
  });

  test('an online key that is none of the root\'s signs nothing', async () => {
    await using registry = await filled();
    await registry.stop();
    await rename(join(registry.root, 'keys', 'targets.pem'), join(registry.root, 'old.pem'));
    await writeKeyFile(join(registry.root, 'keys', 'targets.pem'), generateKey());
    await expect((async () => {
      await using administered = await registry.administered();
      return await yankVersion(administered, { name: plugin, version: '1.0.0' }, 'stolen');
    })()).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
  });

  test('new online keys: everything is signed anew, with the advisories that count, and clients follow', async () => {
    await using registry = await filled();
    const { root, now } = registry;
    {
      await using administered = await registry.administered();
      await publishAdvisory(administered, { digests: [], version: { name: plugin, version: '1.0.0' }, id: 'adv-1', reason: 'bad', severity: 'low', expires: new Date(now() + 86_400_000) });
    }
    await registry.stop();
    const before = await keyRoles(registry.storage, signal);
    const { roles, advisories } = await rotateKeys({ root, online: true, now }, signal);
    expect(advisories).toEqual(['adv-1']);
    for (const role of ['targets', 'snapshot', 'timestamp']) expect(roles.find((each) => each.role === role)?.keys).not.toEqual(before.find((each) => each.role === role)?.keys);
    expect(roles[0]?.keys).toEqual(before[0]?.keys);
    expect(await followed(registry)).toMatchObject({ ok: true });
    await using administered = await registry.administered();
    const { storage, packages: { history } } = administered.registry;
    expect(await listAdvisories({ storage, history, now: new Date(now()) }, signal)).toMatchObject([{ id: 'adv-1', counts: true }]);
    await yankVersion(administered, { name: plugin, version: '1.0.0' }, 'bad');
    expect(await followed(registry)).toMatchObject({ ok: true });
  });
});
