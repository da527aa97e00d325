import { gzipSync } from 'node:zlib';
import { isByomlError } from '@byoml/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { archiveLimits } from './limits.ts';
import { openArchive } from './open-archive.ts';
import { packTarball, tarEntry, tarOf, type RawEntry } from './pack.ts';
import { bomb, longPath, paxHeader, withHeaderField } from './pack.test.fixture.ts';

const { signal } = new AbortController();
const open = (tarball: Uint8Array) => openArchive(tarball, signal);
const openTar = (...parts: readonly Buffer[]) => open(gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)])));
const openEntries = (...entries: readonly RawEntry[]) => open(gzipSync(tarOf(entries)));
const plain = tarEntry({ path: 'package/package.json', bytes: '{}' });
const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

async function refusal(opened: Promise<unknown>): Promise<string> {
  const thrown: unknown = await opened.then(() => undefined, (error: unknown) => error);
  if (!isByomlError(thrown)) throw new Error('it was not refused', { cause: thrown });
  expect(thrown.code).toBe('PUBLISH_REFUSED');
  expect(thrown.details['findings']).toEqual([expect.objectContaining({ check: 'archive', message: expect.any(String), hint: expect.any(String) })]);
  return thrown.message;
}

describe('a package', () => {
  test('opens with its files, in the order of the tarball, without the top folder', async () => {
    const archive = await open(packTarball({ 'package.json': '{}', 'dist/index.js': 'export {};', empty: '' }));
    expect(archive.entries.map(({ path, mode }) => [path, mode])).toEqual([['package.json', 0o644], ['dist/index.js', 0o644], ['empty', 0o644]]);
    expect(text(archive.file('dist/index.js'))).toBe('export {};');
    expect(archive.file('empty')).toEqual(Buffer.alloc(0));
    expect(archive.file('constructor')).toBeUndefined();
  });

  test('may be in any one folder, have folder entries, long names and setuid bits, which are dropped', async () => {
    const archive = await openTar(
      tarEntry({ path: 'thing-1.0/', type: 'Directory' }), tarEntry({ path: 'thing-1.0/bin/', type: 'Directory' }),
      tarEntry({ path: 'thing-1.0/bin/run', bytes: 'x', mode: 0o4755 }), longPath(`thing-1.0/${'d/'.repeat(80)}a.js`), tarEntry({ path: 'thing-1.0/cut', bytes: 'long' }),
      paxHeader({ path: 'thing-1.0/größe.md', mtime: '1.5' }), tarEntry({ path: 'thing-1.0/cut', bytes: 'pax' }),
    );
    expect(archive.entries.map(({ path, mode }) => [path, mode])).toEqual([['bin/run', 0o755], [`${'d/'.repeat(80)}a.js`, 0o644], ['größe.md', 0o644]]);
    expect(text(archive.file('größe.md'))).toBe('pax');
  });

  test('may be padded with zeros, as other tar programs do', async () => {
    expect((await openTar(plain, Buffer.alloc(9216))).entries).toHaveLength(1);
  });

  test('is not opened once the signal has fired', async () => {
    await expect(openArchive(packTarball({ a: 'b' }), AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  });
});

describe('bytes that are no whole gzip', () => {
  const good = packTarball({ 'package.json': '{}' });
  test.each([
    ['nothing', Buffer.alloc(0), 'is not gzip'],
    ['a bare tar', tarOf([{ path: 'package/a', bytes: 'a' }]), 'is not gzip'],
    ['a header alone', good.subarray(0, 12), 'truncated'],
    ['less than all', good.subarray(0, -20), /truncated|claims|unpacked it has|as many/],
    ['a byte more', Buffer.concat([good, Buffer.from('x')]), /claims|follow|unpacked it has|as many/],
    ['a second member', Buffer.concat([good, good]), 'bytes follow the end of the gzip data'],
    ['garbage before the trailer', Buffer.concat([good.subarray(0, -8), Buffer.from('garbage'), good.subarray(-8)]), 'bytes follow the end of the gzip data'],
    ['a wrong checksum', Buffer.concat([good.subarray(0, -8), Buffer.alloc(4), good.subarray(-4)]), 'differs from its checksum'],
    ['a tar in gzip in gzip', gzipSync(good), 'packed twice'],
    ['no tar', gzipSync('hello'), 'truncated'],
    ['an empty tar', gzipSync(Buffer.alloc(1024)), 'Unrecognized archive format'],
    ['a tar of folders', gzipSync(tarOf([{ path: 'package/', type: 'Directory' }])), 'no files'],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(open(bytes))).toMatch(message);
  });

  test('a name and a comment in its header do no harm', async () => {
    const named = Buffer.concat([good.subarray(0, 3), Buffer.from([4 | 8 | 16 | 2]), good.subarray(4, 10), Buffer.from([2, 0, 9, 9]), Buffer.from('a\0b\0'), Buffer.from([7, 7]), good.subarray(10)]);
    expect((await open(named)).entries).toHaveLength(1);
  });
});

describe('entries that are no plain files', () => {
  test.each([
    ['SymbolicLink', 'symbolic link'], ['Link', 'hard link'], ['CharacterDevice', 'character device'], ['BlockDevice', 'block device'],
    ['FIFO', 'FIFO'], ['ContiguousFile', 'contiguous'], ['GlobalExtendedHeader', 'header for all files'],
  ] as const)('%s', async (type, message) => {
    const linkpath = type.endsWith('Link') ? '/etc/passwd' : '';
    expect(await refusal(openTar(plain, tarEntry({ path: 'package/x', type, linkpath }), plain))).toContain(message);
  });

  test('a sparse file, and a type that nobody knows', async () => {
    expect(await refusal(openTar(withHeaderField(plain, 156, 'S')))).toContain('sparse');
    expect(await refusal(openTar(withHeaderField(plain, 156, 'Z')))).toContain('unknown type');
  });

  test('a file that says it has several hard links, or points somewhere', async () => {
    expect(await refusal(openTar(paxHeader({ 'SCHILY.nlink': '2' }), plain))).toContain('link');
    expect(await refusal(openTar(withHeaderField(plain, 157, 'elsewhere')))).toContain('linkpath forbidden');
  });
});

describe('names', () => {
  test.each([
    ['/etc/passwd', 'absolute'], ['package/../../evil', '".."'], ['package/a/./b', '"."'], ['package//a', '""'], ['../a', '".."'], ['C:/a', 'colon'], ['package/a\\b', 'backslash'],
    ['package/a\u0001b', 'control character'], ['package/a\u202Eb', 'control character'], ['package/CON', 'device'], ['package/aux.js', 'device'],
    ['package/a.', 'dot or a space'], ['package/a ', 'dot or a space'], ['other/a', 'outside the folder "package"'], ['package', 'outside the folder'],
  ])('%j is refused', async (path, message) => {
    expect(await refusal(openEntries({ path: 'package/package.json' }, { path }))).toContain(message);
  });

  test.each([
    ['twice', ['a', 'a'], 'twice'],
    ['by case', ['README', 'Readme'], 'same name as "README"'],
    ['by the case of a folder', ['Dist/a', 'dist/b'], 'same name as "Dist"'],
    ['by Unicode form', ['e\u0301', '\u00E9'], 'same name'],
    ['by a letter that folds', ['straße', 'STRASSE'], 'same name'],
    ['by a ligature', ['ﬁle', 'file'], 'same name'],
    ['as a file, then a folder', ['a', 'a/b'], 'a file and a folder'],
    ['as a folder, then a file', ['a/b', 'a'], 'a folder and a file'],
  ])('that collide %s are refused', async (_, paths, message) => {
    expect(await refusal(openEntries(...paths.map((path) => ({ path: `package/${path}` }))))).toContain(message);
  });

  test('a long name is looked at like a short one', async () => {
    expect(await refusal(openTar(plain, longPath(`package/${'d/'.repeat(60)}../../x`), plain))).toContain('".."');
    expect(await refusal(openTar(plain, longPath(`package/${'d/'.repeat(300)}x`), plain))).toContain('longer than');
    expect(await refusal(openTar(plain, paxHeader({ path: '../../etc/cron.d/x' }), plain))).toContain('".."');
  });
});

describe('headers on which two tar programs would disagree', () => {
  test.each([
    ['a PAX size', { size: '0' }, 'sets "size"'],
    ['a PAX link', { linkpath: '/etc/passwd' }, 'sets "linkpath"'],
    ['a sparse map', { 'GNU.sparse.realsize': '1000' }, 'sets "GNU.sparse.realsize"'],
    ['a NUL in a PAX path', { path: 'package/a\0.js' }, 'NUL'],
    ['a line break in a PAX path', { path: 'package/a\nb' }, 'line break'],
  ])('%s', async (_, records, message) => {
    expect(await refusal(openTar(paxHeader(records), plain))).toContain(message);
  });

  test.each([
    ['no length', 'path=package/x\n'], ['a length too short', '9 path=package/x\n'], ['a length too long', '99 path=package/x\n'], ['no line break', '8 path=x'], ['padding', '9 path=x\n\n'],
  ])('PAX records with %s', async (_, bytes) => {
    expect(await refusal(openTar(tarEntry({ path: 'PaxHeader', type: 'ExtendedHeader', bytes }), plain))).toMatch(/PAX header/);
  });

  test('two extension headers for one entry, one for none, one that is huge', async () => {
    expect(await refusal(openTar(longPath('package/a'), paxHeader({ path: 'package/b' }), plain))).toContain('more than one extension');
    expect(await refusal(openTar(plain, paxHeader({ path: 'package/b' })))).toContain('no end mark');
    expect(await refusal(openTar(paxHeader({ comment: 'x'.repeat(70_000) }), plain))).toContain('extension header is longer');
  });

  test('sizes in binary, wrong checksums, folders with content, a file named like a folder', async () => {
    expect(await refusal(openTar(withHeaderField(plain, 124, '\x80\0\0\0\0\0\0\0\0\0\0\x02')))).toContain('invalid size');
    expect(await refusal(openTar(Buffer.concat([Buffer.from('X'), plain.subarray(1)])))).toContain('wrong checksum');
    expect(await refusal(openTar(plain, tarEntry({ path: 'package/d/', type: 'Directory', bytes: 'x' })))).toContain('invalid size');
    expect(await refusal(openTar(plain, withHeaderField(tarEntry({ path: 'package/dd', bytes: '' }), 9, '/')))).toContain('two readers');
    expect(await refusal(openTar(plain, withHeaderField(tarEntry({ path: 'package/dd', bytes: 'hidden' }), 9, '/')))).toContain('malformed');
  });

  test('a tar that ends early, or goes on after its end', async () => {
    expect(await refusal(open(gzipSync(plain)))).toContain('no end mark');
    expect(await refusal(open(gzipSync(Buffer.concat([plain, Buffer.alloc(512)]))))).toContain('no end mark');
    expect(await refusal(open(gzipSync(plain.subarray(0, 513))))).toContain('truncated');
    expect(await refusal(openTar(plain, Buffer.alloc(1024), plain))).toContain('follow the end of the tar');
    expect(await refusal(openTar(plain, Buffer.alloc(512), plain))).toContain('follow the end of the tar');
  });
});

describe('limits', () => {
  test('entries', async () => {
    const many = (count: number) => openEntries(...Array.from({ length: count }, (_, index) => ({ path: `package/${index}` })));
    expect((await many(archiveLimits.entries)).entries).toHaveLength(archiveLimits.entries);
    expect(await refusal(many(archiveLimits.entries + 1))).toContain('more than 5000 entries');
  });

  test('unpacked bytes', async () => {
    const small = { ...archiveLimits, unpackedBytes: 4096 };
    expect((await openArchive(packTarball({ a: Buffer.alloc(2048) }), signal, small)).entries).toHaveLength(1);
    expect(await refusal(openArchive(packTarball({ a: Buffer.alloc(4096) }), signal, small))).toContain('at most 4096 are accepted');
  });

  test('the ratio, beyond the first 10 MiB', async () => {
    expect((await open(packTarball({ a: Buffer.alloc(9 * 2 ** 20) }))).entries).toHaveLength(1);
    expect(await refusal(open(packTarball({ a: Buffer.alloc(11 * 2 ** 20) })))).toContain('more than 200 times as many');
  });

  test('a bomb of 300 MB is refused without unpacking it, also when it lies about its size', async () => {
    const tarball = bomb(300_000_000);
    expect(tarball.length).toBeLessThan(400_000);
    for (const claimed of [undefined, 1000, 50_000_000, 0]) {
      if (claimed !== undefined) tarball.writeUInt32LE(claimed, tarball.length - 4);
      const before = process.memoryUsage().arrayBuffers;
      const started = performance.now();
      expect(await refusal(open(tarball))).toMatch(claimed === undefined ? 'at most 67108864 are accepted' : `more than the ${claimed} bytes that it claims`);
      // Ten times what it takes at worst: only a reader that unpacks everything is above either.
      expect(performance.now() - started).toBeLessThan(2000);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6);
    }
  });
});

type Mutation = { readonly kind: 'flip' | 'cut' | 'splice' | 'header'; readonly at: number; readonly by: number };

function mutated(bytes: Buffer, { kind, at, by }: Mutation): Buffer {
  const from = at % (bytes.length + 1);
  if (kind === 'flip') return Buffer.from(bytes.map((byte, index) => (index === from ? byte ^ by : byte)));
  if (kind === 'cut') return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + (by % 600))]);
  if (kind === 'header') return withHeaderField(bytes, from % 500, String.fromCharCode(by % 256));
  const source = by % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(source, source + 512), bytes.subarray(from)]);
}

test('a mutated tarball opens or is refused', async () => {
  const whole = Buffer.concat([plain, paxHeader({ path: 'package/größe.md' }), tarEntry({ path: 'package/x', bytes: 'y'.repeat(700) }), longPath('package/long'), tarEntry({ path: 'package/y' }), Buffer.alloc(1024)]);
  const mutation = fc.record({ kind: fc.constantFrom('flip', 'cut', 'splice', 'header'), at: fc.nat(), by: fc.nat() }) satisfies fc.Arbitrary<Mutation>;
  await fc.assert(fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 6 }), fc.boolean(), async (mutations, packedFirst) => {
    const tarball = packedFirst ? mutations.filter(({ kind }) => kind !== 'header').reduce(mutated, gzipSync(whole)) : gzipSync(mutations.reduce(mutated, whole));
    const outcome = await open(tarball).then(() => 'opened', (thrown: unknown) => (isByomlError(thrown) ? thrown.code : thrown));
    expect(['opened', 'PUBLISH_REFUSED']).toContain(outcome);
  }));
});
