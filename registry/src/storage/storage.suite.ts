import assert from 'node:assert/strict';
import { absent, type Storage } from './storage.ts';

/** One promise of every storage. */
export interface StorageCheck {
  readonly name: string;
  readonly run: () => Promise<void>;
}

const signal = new AbortController().signal;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = async (storage: Storage, key: string): Promise<string | undefined> => {
  const stored = await storage.read(key, signal);
  return stored && new TextDecoder().decode(stored.bytes);
};
const keys = async (storage: Storage, prefix: string): Promise<string[]> => Array.fromAsync(storage.list(prefix, signal));
const refusal = (code: string) => (thrown: unknown): boolean => (thrown as { code?: string }).code === code;

const promises: Readonly<Record<string, (storage: Storage) => Promise<void>>> = {
  'what is written is read again, with its version': async (storage) => {
    const version = await storage.write('npm/@acme/odd', bytes('one'), { signal });
    assert.equal(await text(storage, 'npm/@acme/odd'), 'one');
    assert.equal((await storage.read('npm/@acme/odd', signal))?.version, version);
  },
  'an object that was never written is undefined': async (storage) => {
    assert.equal(await storage.read('none', signal), undefined);
    assert.equal(await storage.read('none/below', signal), undefined);
  },
  'an empty object is an object': async (storage) => {
    await storage.write('empty', new Uint8Array(), { signal });
    assert.equal((await storage.read('empty', signal))?.bytes.length, 0);
  },
  'a megabyte of any bytes comes back as it was': async (storage) => {
    const large = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 31) % 256);
    await storage.write('blobs/large', large, { signal });
    assert.deepEqual((await storage.read('blobs/large', signal))?.bytes, large);
  },
  'another content has another version': async (storage) => {
    const one = await storage.write('a', bytes('one'), { signal });
    assert.notEqual(await storage.write('a', bytes('two'), { signal }), one);
  },
  'writing over an expected version succeeds once': async (storage) => {
    const expected = (await storage.write('a', bytes('one'), { signal })) ?? assert.fail();
    assert.ok(await storage.write('a', bytes('two'), { expected, signal }));
    assert.equal(await storage.write('a', bytes('three'), { expected, signal }), undefined);
    assert.equal(await text(storage, 'a'), 'two');
  },
  'creating succeeds once': async (storage) => {
    assert.ok(await storage.write('a', bytes('one'), { expected: absent, signal }));
    assert.equal(await storage.write('a', bytes('two'), { expected: absent, signal }), undefined);
    assert.equal(await text(storage, 'a'), 'one');
  },
  'an object that is gone has no version to write over': async (storage) => {
    const expected = (await storage.write('a', bytes('one'), { signal })) ?? assert.fail();
    await storage.delete('a', { signal });
    assert.equal(await storage.write('a', bytes('two'), { expected, signal }), undefined);
    assert.equal(await storage.read('a', signal), undefined);
  },
  'of many creators at once one succeeds': async (storage) => {
    const won = await Promise.all(Array.from({ length: 10 }, (_, i) => storage.write('a', bytes(String(i)), { expected: absent, signal })));
    assert.equal(won.filter((version) => version !== undefined).length, 1);
  },
  'many writers that compare and swap lose nothing': async (storage) => {
    const add = async (name: string): Promise<void> => {
      for (;;) {
        const before = await storage.read('list', signal);
        const after = `${before ? new TextDecoder().decode(before.bytes) : ''}${name},`;
        if (await storage.write('list', bytes(after), { expected: before?.version ?? absent, signal })) return;
      }
    };
    const names = Array.from({ length: 20 }, (_, i) => String(i));
    await Promise.all(names.map(add));
    assert.deepEqual((await text(storage, 'list'))?.split(',').filter(Boolean).sort(), names.sort());
  },
  'deleting removes only what is as expected': async (storage) => {
    const expected = (await storage.write('a', bytes('one'), { signal })) ?? assert.fail();
    await storage.write('a', bytes('two'), { signal });
    assert.equal(await storage.delete('a', { expected, signal }), false);
    assert.equal(await storage.delete('a', { expected: absent, signal }), false);
    assert.equal(await text(storage, 'a'), 'two');
    assert.equal(await storage.delete('a', { signal }), true);
    assert.equal(await storage.read('a', signal), undefined);
  },
  'deleting what is not there succeeds, unless a version was expected': async (storage) => {
    assert.equal(await storage.delete('none', { signal }), true);
    assert.equal(await storage.delete('none', { expected: '0', signal }), false);
    assert.equal(await storage.delete('none/below', { expected: absent, signal }), true);
  },
  'a key may lie under another': async (storage) => {
    await storage.write('npm/odd', bytes('packument'), { signal });
    await storage.write('npm/odd/-/odd-1.2.3.tgz', bytes('tarball'), { signal });
    assert.equal(await text(storage, 'npm/odd'), 'packument');
    await storage.delete('npm/odd', { signal });
    assert.equal(await text(storage, 'npm/odd/-/odd-1.2.3.tgz'), 'tarball');
  },
  'keys are listed in order, by the text they begin with': async (storage) => {
    for (const key of ['b', 'a/b', 'a', 'a-b', 'a/b/c', 'a.b', 'ab', 'a@b', 'a/a']) await storage.write(key, bytes(key), { signal });
    assert.deepEqual(await keys(storage, ''), ['a', 'a-b', 'a.b', 'a/a', 'a/b', 'a/b/c', 'a@b', 'ab', 'b']);
    assert.deepEqual(await keys(storage, 'a/'), ['a/a', 'a/b', 'a/b/c']);
    assert.deepEqual(await keys(storage, 'a/b'), ['a/b', 'a/b/c']);
    assert.deepEqual(await keys(storage, 'none/'), []);
    await storage.delete('a/b/c', { signal });
    assert.deepEqual(await keys(storage, 'a/b'), ['a/b']);
  },
  'changing bytes after writing or reading changes nothing that is stored': async (storage) => {
    const given = bytes('one');
    const writing = storage.write('a', given, { signal });
    given.fill(0);
    await writing;
    (await storage.read('a', signal))?.bytes.fill(0);
    assert.equal(await text(storage, 'a'), 'one');
  },
  'a key that leads elsewhere, or that not every storage can hold, is refused': async (storage) => {
    for (const key of ['', '/a', 'a/', 'a//b', '..', '../a', 'a/../b', '.', 'a/./b', '.hidden', 'A', 'a b', 'a=', 'a\\b', 'a\0', 'é', 'c:a', 'a'.repeat(201), 'a/'.repeat(500)]) {
      await assert.rejects(storage.read(key, signal), refusal('STORAGE_KEY_INVALID'), `read ${key}`);
      await assert.rejects(storage.write(key, bytes('x'), { signal }), refusal('STORAGE_KEY_INVALID'), `write ${key}`);
      await assert.rejects(storage.delete(key, { signal }), refusal('STORAGE_KEY_INVALID'), `delete ${key}`);
    }
    for (const prefix of ['/', '../', 'a/../', 'A', 'a\0']) await assert.rejects(keys(storage, prefix), refusal('STORAGE_KEY_INVALID'), `list ${prefix}`);
  },
  'what is flushed later is read at once, replaced and deleted as everything else': async (storage) => {
    for (const key of ['a', 'b/c/d']) await storage.write(key, bytes('one'), { expected: absent, durable: 'flushed', signal });
    const expected = (await storage.write('a', bytes('two'), { durable: 'flushed', signal })) ?? assert.fail();
    assert.equal(await storage.write('a', bytes('three'), { expected: absent, durable: 'flushed', signal }), undefined);
    await storage.delete('b/c/d', { signal });
    await Promise.all([storage.flush(signal), storage.flush(signal)]);
    assert.deepEqual([await text(storage, 'a'), await text(storage, 'b/c/d')], ['two', undefined]);
    assert.ok(await storage.write('a', bytes('x'.repeat(1 << 20)), { expected, durable: 'flushed', signal }));
    await storage.flush(signal);
    assert.equal((await text(storage, 'a'))?.length, 1 << 20);
  },
  'nothing happens once the signal is given': async (storage) => {
    await storage.write('a', bytes('one'), { signal });
    const stopped = AbortSignal.abort(new Error('stopped'));
    await assert.rejects(storage.read('a', stopped), /stopped/);
    await assert.rejects(storage.write('a', bytes('two'), { signal: stopped }), /stopped/);
    await assert.rejects(storage.delete('a', { signal: stopped }), /stopped/);
    await assert.rejects(storage.flush(stopped), /stopped/);
    await assert.rejects(Array.fromAsync(storage.list('', stopped)), /stopped/);
    assert.equal(await text(storage, 'a'), 'one');
  },
};

/** What every driver must hold; `open` gives an empty storage each time. */
export function* storageSuite(open: () => Promise<Storage>): Generator<StorageCheck> {
  for (const [name, hold] of Object.entries(promises))
    yield {
      name,
      run: async () => {
        await using storage = await open();
        await hold(storage);
      },
    };
}
