import { describe, expect, test, vi } from 'vitest';
import { cardKey } from '../npm/card.ts';
import { packumentKey, tarballKey } from '../npm/name.ts';
import { memoryStorage } from '../storage/memory.ts';
import type { Storage } from '../storage/storage.ts';
import { targetDigest } from '../trust/tuf/target.ts';
import type { RegistryOptions } from './registry.ts';
import { day, Rig, signal, trust } from './registry.test.fixture.ts';

const name = '@acme/odd';

/** What another process does, once, right after this one has read or written an object. */
interface Meanwhile {
  readonly after: 'read' | 'write';
  readonly key: string;
  readonly act: () => Promise<unknown>;
}

/** A storage in which another process acts at a chosen moment. */
function shared(storage: Storage): { readonly storage: Storage; readonly meanwhile: (next: Meanwhile) => void } {
  let pending: Meanwhile | undefined;
  const passed = async <T>(after: Meanwhile['after'], key: string, result: T): Promise<T> => {
    const due = pending?.after === after && pending.key === key ? pending : undefined;
    if (due) pending = undefined;
    await due?.act();
    return result;
  };
  return {
    storage: {
      ...storage,
      read: async (key, given) => passed('read', key, await storage.read(key, given)),
      write: async (key, ...given) => passed('write', key, await storage.write(key, ...given)),
    },
    meanwhile: (next) => void (pending = next),
  };
}

/** Where a process dies before it has signed anything. */
const mortal = (storage: Storage): Storage => ({
  ...storage,
  write: async (key, ...given) => {
    if (key.startsWith('tuf/')) throw new Error('killed');
    return storage.write(key, ...given);
  },
});

interface Writers {
  readonly first: Rig;
  readonly second: Rig;
  /** Lets the second act in the midst of what the first does. */
  readonly meanwhile: (next: Meanwhile) => void;
}

/** Two processes on one storage, which holds 1.0.0. */
async function writers({ cooldown, survives = true }: Partial<Pick<RegistryOptions, 'cooldown'>> & { readonly survives?: boolean } = {}): Promise<Writers> {
  const held = memoryStorage();
  const before = await Rig.open({ storage: held, trust });
  await before.publish({ version: '1.0.0' });
  await before[Symbol.asyncDispose]();
  const { storage, meanwhile } = shared(held);
  const again = { before, trust: { keys: trust.keys } };
  const first = await Rig.open({ ...again, storage, ...(cooldown && { cooldown }) });
  return { first, second: await Rig.open({ ...again, storage: survives ? held : mortal(held) }), meanwhile };
}

/** These versions and no others can be seen and fetched, and what is signed of the package is what lies in the storage. */
async function expectWhole(rig: Rig, versions: readonly string[]): Promise<void> {
  expect((await rig.versions(name)).sort()).toEqual(versions);
  for (const version of versions) expect((await rig.ask('GET', `/${name}/-/odd-${version}.tgz`)).statusCode).toBe(200);
  for (const key of [packumentKey(name), ...versions.map((version) => cardKey(name, version))]) {
    const stored = await rig.storage.read(key, signal);
    expect([key, await rig.registry.trust?.signed(key, signal)]).toEqual([key, stored && targetDigest(stored.bytes)]);
  }
}

async function publish(rig: Rig, version: string, status = 201): Promise<void> {
  expect((await rig.publish({ version })).statusCode).toBe(status);
}

/** As `npm unpublish --force`: everything that can be seen. */
async function withdraw(rig: Rig, status = 200): Promise<void> {
  const { _rev } = (await rig.ask('GET', `/${name}`)).json<{ _rev: string }>();
  expect((await rig.ask('DELETE', `/@acme%2fodd/-rev/${_rev}`, { by: 'author' })).statusCode).toBe(status);
}

describe('a packument that another process replaces before it is signed is not what is signed in the end', () => {
  test('after a publication', async () => {
    const { first, second, meanwhile } = await writers();
    meanwhile({ after: 'write', key: packumentKey(name), act: () => publish(second, '1.2.0') });
    await publish(first, '1.1.0');
    for (const rig of [first, second]) await expectWhole(rig, ['1.0.0', '1.1.0', '1.2.0']);
  });

  test('also when the other dies before it has signed its own', async () => {
    const { first, second, meanwhile } = await writers({ survives: false });
    meanwhile({ after: 'write', key: packumentKey(name), act: () => publish(second, '1.2.0', 500) });
    await publish(first, '1.1.0');
    await expectWhole(first, ['1.0.0', '1.1.0', '1.2.0']);
  });

  test('also when the other withdraws the package', async () => {
    const { first, second, meanwhile } = await writers();
    meanwhile({ after: 'write', key: packumentKey(name), act: () => withdraw(second) });
    await publish(first, '1.1.0');
    for (const rig of [first, second]) expect(await rig.versions(name)).toEqual([]);
    expect(await first.registry.trust?.signed(packumentKey(name), signal)).toBe(undefined);
  });

  test('after everything was made anew', async () => {
    const { first, second, meanwhile } = await writers();
    meanwhile({ after: 'read', key: packumentKey(name), act: () => publish(second, '1.2.0') });
    await first.registry.packages.rebuild(signal);
    for (const rig of [first, second]) await expectWhole(rig, ['1.0.0', '1.2.0']);
  });
});

describe('a process that has not read what another has appended to the log takes nothing back', () => {
  test('when a version appears whose time has come', async () => {
    const { first, second } = await writers({ cooldown: { newMs: 0, updateMs: day } });
    await publish(first, '1.1.0');
    await publish(second, '1.2.0');
    await expectWhole(second, ['1.0.0', '1.2.0']);
    first.pass(day);
    await expectWhole(first, ['1.0.0', '1.1.0', '1.2.0']);
  });

  test('when it publishes and is overtaken between its tarball and its packument', async () => {
    const { first, second, meanwhile } = await writers();
    meanwhile({ after: 'write', key: tarballKey(name, '1.1.0'), act: () => publish(second, '1.2.0') });
    await publish(first, '1.1.0');
    for (const rig of [first, second]) await expectWhole(rig, ['1.0.0', '1.1.0', '1.2.0']);
  });
});

test('a package that another process begins while everything is made anew stays signed', async () => {
  const { first, second, meanwhile } = await writers();
  meanwhile({ after: 'read', key: packumentKey(name), act: () => second.publish({ name: '@acme/other' }) });
  await first.registry.packages.rebuild(signal);
  const stored = await first.storage.read(packumentKey('@acme/other'), signal);
  expect(await first.registry.trust?.signed(packumentKey('@acme/other'), signal)).toEqual(stored && targetDigest(stored.bytes));
});

test('what another process has withdrawn whole does not come back when another version appears', async () => {
  const { first, second } = await writers({ cooldown: { newMs: 0, updateMs: day } });
  await publish(first, '1.1.0');
  await withdraw(second);
  first.pass(day);
  await expectWhole(first, ['1.1.0']);
});

test('nor when that process died before it had deleted the tarballs', async () => {
  const { first, second } = await writers({ cooldown: { newMs: 0, updateMs: day } });
  await publish(first, '1.1.0');
  vi.spyOn(second.registry.packages.contents, 'delete').mockRejectedValue(new Error('killed'));
  await withdraw(second, 500);
  first.pass(day);
  await expectWhole(first, ['1.1.0']);
});
