import { describe, expect, test } from 'vitest';
import { verifyLog } from '../log/event-log.ts';
import { memoryStorage } from '../storage/memory.ts';
import type { Storage } from '../storage/storage.ts';
import { integrityOf } from '../npm/tarball.ts';
import { cardKey } from '../npm/card.ts';
import { inCi } from '../tier.test.fixture.ts';
import { targetDigest } from '../trust/tuf/target.ts';
import { Rig, signal, tarballOf, trust } from './registry.test.fixture.ts';

/** A process that dies at its n-th change of the storage: that one and all that follow never happen. */
function dying(storage: Storage, changes: number): Storage & { readonly died: boolean } {
  let left = changes;
  const live = (): void => {
    if (left-- <= 0) throw new Error('killed');
  };
  return {
    get died() {
      return left < 0;
    },
    read: (key, given) => storage.read(key, given),
    list: (prefix, given) => storage.list(prefix, given),
    write: async (...given) => (live(), storage.write(...given)),
    delete: async (...given) => (live(), storage.delete(...given)),
    flush: (given) => storage.flush(given),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const contents = async (storage: Storage): Promise<Record<string, string>> => {
  const found: Record<string, string> = {};
  for await (const key of storage.list('', signal)) if (key !== 'private/checkpoint') found[key] = integrityOf((await storage.read(key, signal))?.bytes ?? new Uint8Array());
  return found;
};

/** All of what is visible holds together: every version has its tarball, and every tarball that can be fetched is that of a visible version. */
async function expectWhole(rig: Rig): Promise<void> {
  const versions = await rig.versions();
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
    const tarball = await rig.ask('GET', `/@acme/odd/-/odd-${version}.tgz`);
    expect(tarball.statusCode).toBe(versions.includes(version) ? 200 : 404);
    if (!versions.includes(version)) continue;
    const { dist } = (await rig.ask('GET', `/@acme/odd/${version}`)).json<{ dist: { integrity: string } }>();
    expect(dist.integrity).toBe(integrityOf(tarball.rawPayload));
  }
}

/** What is signed of the package is what lies in the storage: its packument, and the card of every visible version and no other. */
async function expectSigned(rig: Rig): Promise<void> {
  const versions = await rig.versions();
  const cards: string[] = [];
  for (const key of ['npm/@acme/odd', ...['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0'].map((version) => cardKey('@acme/odd', version))]) {
    const stored = await rig.storage.read(key, signal);
    expect([key, await rig.registry.trust?.signed(key, signal)]).toEqual([key, stored && targetDigest(stored.bytes)]);
    if (stored && key.startsWith('v1/')) cards.push(key);
  }
  expect(cards).toEqual(versions.filter((version) => version !== '9.0.0').map((version) => cardKey('@acme/odd', version)).sort());
}

const act: Readonly<Record<string, (rig: Rig) => Promise<unknown>>> = {
  publish: (rig) => rig.publish({ version: '1.2.0' }),
  'publish of three versions at once': (rig) => Promise.all(['1.2.0', '1.3.0', '1.4.0'].map((version) => rig.publish({ version }))),
  unpublish: async (rig) => {
    const { _rev } = (await rig.ask('GET', '/@acme/odd')).json<{ _rev: string }>();
    return rig.ask('PUT', `/@acme%2fodd/-rev/${_rev}`, { by: 'author', body: { versions: { '1.1.0': {} } } });
  },
  'a moved tag': (rig) => rig.ask('PUT', '/-/package/@acme%2fodd/dist-tags/latest', { by: 'author', body: '1.0.0' }),
  'a withdrawal from new installations': (rig) => rig.registry.packages.decide({ kind: 'yank', name: '@acme/odd', by: 'admin', versions: [{ version: '1.1.0', reason: 'Bad.' }] }, { signal }).catch(() => undefined),
  'a deprecation': (rig) => rig.ask('PUT', '/@acme%2fodd', { by: 'author', body: { versions: { '1.0.0': { deprecated: 'Old.' } } } }),
};

/** Between two changes at which it is killed: every one in CI. */
const step = inCi ? 1 : 5;

async function prepared(): Promise<{ readonly storage: Storage; readonly before: Rig }> {
  const storage = memoryStorage();
  const before = await Rig.open({ storage, trust });
  await before.publish({ version: '1.0.0' });
  await before.publish({ version: '1.1.0' });
  await before[Symbol.asyncDispose]();
  return { storage, before };
}

describe.each(Object.entries(act))('%s, killed before any of its changes of the storage,', (_, change) => {
  test('leaves nothing half-visible, and the next start finishes it or forgets it', async () => {
    let completed = false;
    for (let changes = 0; !completed; changes += step) {
      expect(changes).toBeLessThan(120);
      const { storage, before } = await prepared();
      const mortal = dying(storage, changes + 1); // opening writes its checkpoint
      const victim = await Rig.open({ storage: mortal, before, trust: { keys: trust.keys } });
      await change(victim);
      completed = !mortal.died;
      await expectWhole(victim);

      const heir = await Rig.open({ storage, before, trust });
      await expectWhole(heir);
      await expectSigned(heir);
      const held = await contents(storage);
      await heir[Symbol.asyncDispose]();
      const second = await Rig.open({ storage, before, trust });
      await second.registry.packages.rebuild(signal);
      expect(await contents(storage)).toEqual(held);
      await verifyLog(storage, signal);
      const { versions } = await second.registry.packages.state('@acme/odd', signal);
      expect([...versions.keys()].sort()).toEqual((await second.versions()).sort());
      expect((await second.publish({ version: '9.0.0' })).statusCode).toBe(201);
      const again = await second.publish({ version: '1.2.0' }, { tarball: tarballOf({ version: '1.2.0' }) });
      expect(again.statusCode).toBe(versions.has('1.2.0') ? 409 : 201);
      await expectWhole(second);
      await expectSigned(second);
    }
  });
});

test('a first start, killed before any of its changes of the storage, is finished by the next', async () => {
  let completed = false;
  for (let changes = 0; !completed; changes += 7) {
    const storage = memoryStorage();
    const mortal = dying(storage, changes);
    const victim = await Rig.open({ storage: mortal, trust }).catch(() => undefined);
    completed = victim !== undefined && !mortal.died;
    const begun = (await storage.read('tuf/root.json', signal)) !== undefined;
    await using heir = await Rig.open({ storage, ...(victim && { before: victim }), trust: begun ? { keys: trust.keys } : trust });
    expect((await heir.publish()).statusCode).toBe(201);
    await expectSigned(heir);
  }
});

test('a packument that was damaged is made anew from the tarballs', async () => {
  const { storage, before } = await prepared();
  const held = await contents(storage);
  for (const damage of ['{', '{}', '[]', '']) {
    await storage.write('npm/@acme/odd', new TextEncoder().encode(damage), { signal });
    const rig = await Rig.open({ storage, before, trust });
    await rig.registry.packages.rebuild(signal);
    expect(await contents(storage)).toEqual(held);
  }
});

test('a tarball that vanished from the storage takes its version with it, and nothing else', async () => {
  const { storage, before } = await prepared();
  await storage.delete('npm/@acme/odd', { signal });
  await storage.delete('private/checkpoint', { signal });
  await storage.delete('npm/@acme/odd/-/odd-1.0.0.tgz', { signal });
  const rig = await Rig.open({ storage, before, trust });
  expect(await rig.versions()).toEqual(['1.1.0']);
  expect((await rig.ask('GET', '/@acme/odd/-/odd-1.0.0.tgz')).statusCode).toBe(404);
});
