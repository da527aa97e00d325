import { createHash } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { start } from '../log/chain.ts';
import { verifyLog } from '../log/event-log.ts';
import { integrityOf } from '../npm/tarball.ts';
import { Rig, signal, tarballOf } from '../server/registry.test.fixture.ts';
import { folderStorage } from '../storage/folder.ts';
import { memoryStorage } from '../storage/memory.ts';
import { removeTemporaryFolders, temporaryFolder } from '../storage/scratch.test.fixture.ts';
import { absent, type Storage } from '../storage/storage.ts';

afterAll(removeTemporaryFolders);

/** The storage without its conditions, for the keys that begin with `prefix`: whoever writes last has written, and is told that all is well. */
const careless = (storage: Storage, prefix: string): Storage => ({
  read: (key, given) => storage.read(key, given),
  list: (under, given) => storage.list(under, given),
  write: (key, bytes, { expected, ...given }) => storage.write(key, bytes, { ...given, ...(expected !== undefined && !key.startsWith(prefix) && { expected }) }),
  delete: (key, { expected, signal: given }) => storage.delete(key, { ...(expected !== undefined && !key.startsWith(prefix) && { expected }), signal: given }),
  flush: (given) => storage.flush(given),
  [Symbol.asyncDispose]: async () => undefined,
});

const textIn = async (storage: Storage, key: string): Promise<string> => new TextDecoder().decode((await storage.read(key, signal))?.bytes);
const rewrite = (storage: Storage, key: string, text: string): Promise<unknown> => storage.write(key, new TextEncoder().encode(text), { signal });

describe('attack 4: a version is overwritten', () => {
  const key = 'npm/@acme/odd/-/odd-1.0.0.tgz';
  const evil = tarballOf({ packageJson: { description: 'Evil' } });

  test('by its owner: refused, also withdrawn and published again, and the bytes stay', async () => {
    await using rig = await Rig.open();
    await rig.publish();
    const before = integrityOf((await rig.storage.read(key, signal))?.bytes ?? new Uint8Array());
    const again = await rig.publish({}, { tarball: evil });
    expect([again.statusCode, again.json()]).toMatchObject([409, { error: { code: 'VERSION_EXISTS' } }]);
    expect(integrityOf((await rig.storage.read(key, signal))?.bytes ?? new Uint8Array())).toBe(before);
    await rig.publish({ version: '1.0.1' });
    const { _rev } = (await rig.ask('GET', '/@acme/odd')).json<{ _rev: string }>();
    await rig.ask('PUT', `/@acme%2fodd/-rev/${_rev}`, { by: 'author', body: { versions: { '1.0.1': {} } } });
    expect((await rig.publish({}, { tarball: evil })).statusCode).toBe(409);
    expect((await rig.ask('GET', '/@acme/odd/-/odd-1.0.0.tgz')).statusCode).toBe(404);
  });

  test('by one of two servers that publish it at once: the one that comes second has nothing of it', async () => {
    await using storage = await folderStorage(await temporaryFolder());
    const [first, second] = await racing(storage);
    expect([first.statusCode, second.statusCode].sort((a, b) => a - b)).toEqual([201, 409]);
  });

  /** Tarballs that lie in a storage before their publication is in the log, as a process that died leaves them. */
  const planted = async (wrap: (storage: Storage) => Storage): Promise<string> => {
    await using storage = await folderStorage(await temporaryFolder());
    await storage.write(key, tarballOf(), { expected: absent, signal });
    await using rig = await Rig.open({ storage: wrap(storage) });
    await rig.publish({}, { tarball: evil });
    return integrityOf((await storage.read(key, signal))?.bytes ?? new Uint8Array());
  };

  test('where one lies already: it stays as it is', async () => {
    expect(await planted((storage) => storage)).toBe(integrityOf(tarballOf()));
  });

  test('where the folder does not create exclusively: it is replaced', async () => {
    expect(await planted((storage) => careless(storage, 'npm/'))).toBe(integrityOf(evil));
  });
});

/** Two servers on one storage that publish other bytes as the same version. */
async function racing(storage: Storage): Promise<readonly { statusCode: number }[] & { 0: { statusCode: number }; 1: { statusCode: number } }> {
  await using one = await Rig.open({ storage });
  await one.tokenOf('author');
  await using other = await Rig.open({ storage, before: one });
  return await Promise.all([one.publish({ packageJson: { description: 'one' } }), other.publish({ packageJson: { description: 'other' } })]);
}

describe('attack 27: an update that is lost', () => {
  const versions = Array.from({ length: 20 }, (_, i) => `1.0.${i}`);

  /** Versions that are there after four servers published twenty at once. */
  const kept = async (storage: Storage): Promise<number> => {
    const rigs = [await Rig.open({ storage })];
    await rigs[0]?.tokenOf('author');
    for (let i = 1; i < 4; i++) rigs.push(await Rig.open({ storage, before: rigs[0] as Rig }));
    await Promise.all(versions.map(async (version, i) => rigs[i % 4]?.publish({ version })));
    const text = await textIn(storage, 'v1/log/000001.jsonl');
    return versions.filter((version) => text.includes(`"kind":"publish","name":"@acme/odd","by":"author","version":"${version}"`)).length;
  };

  test('is none where writers compare and swap', async () => {
    expect(await kept(memoryStorage())).toBe(20);
  });

  test('is many where the last one wins', async () => {
    expect(await kept(careless(memoryStorage(), ''))).toBeLessThan(20);
  });
});

describe('attack 29: a line of the log is edited', () => {
  const key = 'v1/log/000001.jsonl';
  const filled = async (): Promise<Rig> => {
    const rig = await Rig.open();
    await rig.publish({ version: '1.0.0' });
    await rig.publish({ version: '1.1.0' });
    await rig.tokenOf('mallory');
    return rig;
  };
  const stolen = (text: string): string => text.replace('"by":"author"', '"by":"mallory"');

  test('the chain breaks, and a server does not start on it', async () => {
    await using rig = await filled();
    await rewrite(rig.storage, key, stolen(await textIn(rig.storage, key)));
    const refused = { code: 'TRUST_REFUSED', message: expect.stringContaining('000001.jsonl:2') };
    await expect(verifyLog(rig.storage, signal)).rejects.toMatchObject(refused);
    await expect(Rig.open({ storage: rig.storage, before: rig })).rejects.toMatchObject(refused);
  });

  test('with every digest after it made anew, only a head that somebody else has kept tells; without one the name changes hands', async () => {
    await using rig = await filled();
    const mirrored = await verifyLog(rig.storage, signal);
    let previous = start.digest;
    const chained = stolen(await textIn(rig.storage, key)).trimEnd().split('\n').map((line) => {
      const linked = line.replace(/"previous":"[0-9a-f]{64}"/, `"previous":"${previous}"`);
      previous = createHash('sha256').update(linked).digest('hex');
      return linked;
    });
    await rewrite(rig.storage, key, `${chained.join('\n')}\n`);
    const forged = await verifyLog(rig.storage, signal);
    expect([forged.number, forged.digest === mirrored.digest]).toEqual([mirrored.number, false]);
    await using again = await Rig.open({ storage: rig.storage, before: rig });
    expect((await again.publish({ version: '9.9.9' }, { by: 'mallory' })).statusCode).toBe(201);
  });
});
