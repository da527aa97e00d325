import { expect, test } from 'vitest';
import { memoryStorage } from '../storage/memory.ts';
import { absent, type Storage } from '../storage/storage.ts';
import { Rig, signal, trust } from './registry.test.fixture.ts';

interface Disk {
  readonly storage: Storage;
  /** Changes and flushes so far. */
  readonly steps: number;
  /** What a machine finds after its power was gone: of what was not flushed, nothing, or all that is whole beside files that the system made and never filled. */
  readonly after: (loss: 'missing' | 'empty') => Promise<Storage>;
}

/** A disk that keeps for certain only what was written at once or flushed. After `mostSteps` its power is gone. */
function disk(mostSteps: number): Disk {
  const memory = memoryStorage();
  const certain = new Map<string, Uint8Array>();
  const whole = new Map<string, Uint8Array>();
  const uncertain = new Map<string, Uint8Array>();
  const kept = { 'at once': certain, whole, flushed: uncertain };
  let steps = 0;
  const step = (): void => {
    if (++steps > mostSteps) throw new Error('no power');
  };
  const storage: Storage = {
    read: (key, given) => memory.read(key, given),
    list: (prefix, given) => memory.list(prefix, given),
    write: async (key, bytes, { durable, ...condition }) => {
      step();
      const version = await memory.write(key, bytes, condition);
      if (version === undefined) return undefined;
      for (const pending of [whole, uncertain]) pending.delete(key);
      kept[durable ?? 'at once'].set(key, bytes.slice());
      return version;
    },
    delete: async (key, condition) => {
      step();
      const gone = await memory.delete(key, condition);
      if (gone) for (const held of Object.values(kept)) held.delete(key);
      return gone;
    },
    flush: async () => {
      step();
      for (const pending of [whole, uncertain]) {
        for (const [key, bytes] of pending) certain.set(key, bytes);
        pending.clear();
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  const after = async (loss: 'missing' | 'empty'): Promise<Storage> => {
    const found = memoryStorage();
    for (const [key, bytes] of [...certain, ...(loss === 'empty' ? whole : [])]) await found.write(key, bytes, { signal });
    for (const key of loss === 'empty' ? uncertain.keys() : []) await found.write(key, new Uint8Array(), { signal });
    return found;
  };
  return {
    storage,
    get steps() {
      return steps;
    },
    after,
  };
}

/** Publishes until the power goes; the versions that were answered for. */
async function publishUntilDark(storage: Storage): Promise<string[]> {
  const answered: string[] = [];
  try {
    const rig = await Rig.open({ storage, trust });
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) if ((await rig.publish({ version })).statusCode === 201) answered.push(version);
  } catch (thrown) {
    if (!/no power/.test(String(thrown))) throw thrown;
  }
  return answered;
}

const all = disk(Infinity);
await publishUntilDark(all.storage);

test.for(['missing', 'empty'] as const)('what was answered for is there and signed after a loss of power at any moment, whatever was not flushed is %s', { timeout: 60_000 }, async (loss) => {
  expect(all.steps).toBeGreaterThan(30);
  for (let steps = 1; steps <= all.steps; steps++) {
    const dark = disk(steps);
    const answered = await publishUntilDark(dark.storage);
    await using rig = await Rig.open({ storage: await dark.after(loss), trust });
    const versions = await rig.versions();
    expect(versions, `after ${steps} steps`).toEqual(expect.arrayContaining(answered));
    for (const version of versions) {
      expect((await rig.ask('GET', `/@acme/odd/-/odd-${version}.tgz`)).statusCode).toBe(200);
      expect((await rig.ask('GET', `/v1/cards/@acme/odd/${version}.json`)).statusCode, `card of ${version} after ${steps} steps`).toBe(200);
      expect(await rig.registry.trust?.signed(`v1/cards/@acme/odd/${version}.json`, signal)).toBeDefined();
    }
    expect((await rig.publish({ version: '2.0.0' })).statusCode, `another after ${steps} steps`).toBe(201);
  }
});

test('a disk that forgets shows what was never flushed', async () => {
  const { storage, after } = disk(Infinity);
  await storage.write('a', new Uint8Array([1]), { expected: absent, durable: 'flushed', signal });
  expect(await (await after('missing')).read('a', signal)).toBeUndefined();
  await storage.flush(signal);
  expect((await (await after('missing')).read('a', signal))?.bytes).toEqual(new Uint8Array([1]));
});
