import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { createRegistry, folderStorage, storageTransport, trustedTargets, verifyLog, type Storage } from '@byoml/registry';
import { randomFrom } from '@byoml/core/random';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { served, type Kill, type Work } from './registry-kills.child.ts';
import { inCi } from './tier.ts';

/** Milliseconds of publishing, at most, before a kill. */
const longestMs = 1000;
/** Kills at random moments. */
const kills = Number(process.env['BYOML_KILLS'] ?? (inCi ? 10 : 4));
const seed = Number(process.env['BYOML_PROPERTY_SEED'] ?? Date.now() % 1e6);
const wanted = process.platform !== 'win32';
const { signal } = new AbortController();
const odd = '@acme/odd';

let folder = '';
/** A registry with two versions of one package, and the token of their author. */
let base = '';
let token = '';

/** Copies of the registry are made one after another. */
let copies = 0;
function copy(): string {
  const root = join(folder, `copy-${copies++}`);
  cpSync(base, root, { recursive: true });
  return root;
}

beforeAll(async () => {
  if (!wanted) return;
  folder = mkdtempSync(join(tmpdir(), 'byoml-kills-'));
  base = join(folder, 'base');
  mkdirSync(base);
  await using server = await served(base);
  const login = await fetch(`${server.url}-/user/org.couchdb.user:author`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: 'author', password: 'correct horse' }) });
  ({ token } = (await login.json()) as { token: string });
  for (const version of ['1.0.0', '1.1.0']) await publish(server.url, odd, version);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A tarball of a package.json: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html */
function tarball(packageJson: object): Buffer {
  const body = Buffer.from(JSON.stringify(packageJson));
  const header = Buffer.alloc(512);
  const fields: readonly (readonly [number, string])[] = [[0, 'package/package.json'], [100, '0000644\0'], [108, '0000000\0'], [116, '0000000\0'], [124, `${body.length.toString(8).padStart(11, '0')}\0`], [136, '00000000000\0'], [148, ' '.repeat(8)], [156, '0'], [257, 'ustar\x0000']];
  for (const [at, text] of fields) header.write(text, at, 'latin1');
  header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return gzipSync(Buffer.concat([header, body, Buffer.alloc(-body.length & 511), Buffer.alloc(1024)]));
}

/** The status of an answer; undefined when the server died before it. */
async function status(url: string, method: string, address: string, body?: unknown): Promise<number | undefined> {
  try {
    const response = await fetch(`${url}${address}`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, signal: AbortSignal.timeout(20_000), ...(body !== undefined && { body: JSON.stringify(body) }) });
    await response.arrayBuffer();
    return response.status;
  } catch (thrown) {
    if (thrown instanceof TypeError) return undefined;
    throw thrown;
  }
}

function publish(url: string, name: string, version: string): Promise<number | undefined> {
  const packageJson = { name, version, description: 'An odd thing' };
  const bytes = tarball(packageJson);
  return status(url, 'PUT', name.replace('/', '%2f'), { _id: name, name, 'dist-tags': { latest: version }, versions: { [version]: packageJson }, _attachments: { [`${name}-${version}.tgz`]: { content_type: 'application/octet-stream', data: bytes.toString('base64'), length: bytes.length } } });
}

/** A server in a process of its own; `exited` resolves with the signal that ended it. */
async function start(work: Work): Promise<{ readonly child: ChildProcess; readonly url: string; readonly exited: Promise<string | null> }> {
  const child = spawn(process.execPath, ['--conditions=@byoml/source', join(import.meta.dirname, 'registry-kills.child.ts'), JSON.stringify(work)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit').then(([, by]) => by as string | null);
  const line = await Promise.race([once(createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }), 'line'), exited]);
  if (!Array.isArray(line)) throw new Error('the server ended before it listened');
  return { child, url: line[0] as string, exited };
}

const bytesAt = (kept: ReadonlyMap<string, Uint8Array>, key: string): Uint8Array => kept.get(key) ?? new Uint8Array();
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The bytes of every public object but the log's own index. */
async function objects(storage: Storage): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const prefix of ['npm/', 'v1/']) for await (const key of storage.list(prefix, signal)) found.set(key, (await storage.read(key, signal))?.bytes ?? new Uint8Array());
  return found;
}

interface Packument {
  readonly versions: Readonly<Record<string, { readonly dist: { readonly integrity: string } }>>;
  readonly 'dist-tags': Readonly<Record<string, string>>;
}

const integrityOf = (bytes: Uint8Array): string => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
const tarballKey = (name: string, version: string): string => `npm/${name}/-/${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;

/** Starts the registry again, where a killed one left it: what anybody can see is whole, and all that was promised is there. Answers its packuments. */
async function expectWhole(root: string, promised: readonly (readonly [string, string])[]): Promise<ReadonlyMap<string, Packument>> {
  await using storage = await folderStorage(join(root, 'data'));
  const packuments = await startedAgain(root, storage);
  for (const [name, version] of promised) expect(Object.keys(packuments.get(name)?.versions ?? {})).toContain(version);
  await expectRebuilt(storage);
  return packuments;
}

/** While it runs: what it answers is what lies in the storage. */
async function startedAgain(root: string, storage: Storage): Promise<ReadonlyMap<string, Packument>> {
  await using server = await served(root);
  const kept = await objects(storage);
  const packuments = new Map([...kept].filter(([key]) => key.startsWith('npm/') && !key.includes('/-/')).map(([key, bytes]) => [key.slice('npm/'.length), JSON.parse(textOf(bytes)) as Packument]));
  for (const [name, packument] of packuments) await expectPackument(server.url, { name, packument, kept });
  await expectTarballs(server.url, kept, packuments);
  await expectSigned(storage, kept, packuments);
  return packuments;
}

/** Every version that is named has its tarball, every tag its version. */
async function expectPackument(url: string, { name, packument: { versions, 'dist-tags': tags }, kept }: { readonly name: string; readonly packument: Packument; readonly kept: ReadonlyMap<string, Uint8Array> }): Promise<void> {
  expect(Object.keys(((await (await fetch(`${url}${name}`)).json()) as Packument).versions)).toEqual(Object.keys(versions));
  for (const [version, { dist }] of Object.entries(versions)) expect([version, integrityOf(bytesAt(kept, tarballKey(name, version)))]).toEqual([version, dist.integrity]);
  expect(Object.keys(versions)).toEqual(expect.arrayContaining(Object.values(tags)));
}

/** A tarball that no packument names is nowhere. */
async function expectTarballs(url: string, kept: ReadonlyMap<string, Uint8Array>, packuments: ReadonlyMap<string, Packument>): Promise<void> {
  for (const key of kept.keys()) {
    const [, name] = /^npm\/(.+)\/-\//.exec(key) ?? [];
    if (name === undefined) continue;
    const shown = Object.keys(packuments.get(name)?.versions ?? {}).some((version) => tarballKey(name, version) === key);
    expect([key, (await fetch(`${url}${key}`)).status]).toEqual([key, shown ? 200 : 404]);
  }
}

/** Where the registry signs: every packument as it lies there, and a card of exactly the versions that it names. */
async function expectSigned(storage: Storage, kept: ReadonlyMap<string, Uint8Array>, packuments: ReadonlyMap<string, Packument>): Promise<void> {
  const root = await storage.read('tuf/1.root.json', signal);
  if (!root || !(await storage.read('tuf/timestamp.json', signal))) return;
  await using targets = await trustedTargets({ from: storageTransport(storage), trustedRoot: root.bytes, folder: mkdtempSync(join(folder, 'client-')) }, signal);
  const cards = new Map<string, object>([...packuments].flatMap(([name, { versions }]) => Object.entries(versions).map(([version, { dist }]) => [`v1/cards/${name}/${version}.json`, { name, version, integrity: dist.integrity }] as const)));
  for (const name of packuments.keys()) await targets.verify(`npm/${name}`, bytesAt(kept, `npm/${name}`));
  for (const [key, card] of cards) {
    await targets.verify(key, bytesAt(kept, key));
    expect(JSON.parse(textOf(bytesAt(kept, key)))).toMatchObject(card);
  }
  for (const key of kept.keys()) if (key.startsWith('v1/cards/') && !cards.has(key)) await expect(targets.target(key)).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
}

/** Everything that is derived is what log and tarballs say. */
async function expectRebuilt(storage: Storage): Promise<void> {
  const before = await objects(storage);
  await using created = await createRegistry({ storage, admit: () => Promise.reject(new Error('nothing is published')) });
  await created.registry.packages.rebuild(signal);
  expect(await objects(storage)).toEqual(before);
  await verifyLog(storage, signal);
}

interface Change {
  /** The status; undefined when the server died before it answered. */
  readonly make: (url: string) => Promise<number | undefined>;
  /** What is there when it was made. */
  readonly made: (odd: Packument | undefined, all: ReadonlyMap<string, Packument>) => boolean;
}

const changes: Readonly<Record<string, Change>> = {
  'a first publish': { make: (url) => publish(url, '@acme/new', '1.0.0'), made: (_, all) => all.get('@acme/new')?.versions['1.0.0'] !== undefined },
  'an update': { make: (url) => publish(url, odd, '1.2.0'), made: (found) => found?.versions['1.2.0'] !== undefined && found['dist-tags']['latest'] === '1.2.0' },
  'an unpublish': {
    make: async (url) => {
      const { _rev } = (await (await fetch(`${url}${odd}`)).json()) as { _rev: string };
      return status(url, 'PUT', `@acme%2fodd/-rev/${_rev}`, { versions: { '1.0.0': {} } });
    },
    made: (found) => found?.versions['1.1.0'] === undefined && found?.versions['1.0.0'] !== undefined,
  },
  'a tag': { make: (url) => status(url, 'PUT', '-/package/@acme%2fodd/dist-tags/latest', '1.0.0'), made: (found) => found?.['dist-tags']['latest'] === '1.0.0' },
};

/** What was not done can be done. */
async function expectAgain(root: string, make: Change['make']): Promise<void> {
  await using server = await served(root);
  expect(await make(server.url)).toBe(201);
}

/** Changes of the storage that nothing makes, to end a loop that would not. */
const most = 60;
const moments: readonly Kill['moment'][] = ['before', 'after'];

// `npm test` has the same over a storage in memory: registry/src/server/interruption.test.ts.
describe.skipIf(!wanted || !inCi).each(Object.entries(changes))('%s, killed at', (_, { make, made }) => {
  test.each(moments)('the moment %s any of its changes of the storage, is made or is not (CI tier)', async (moment) => {
    let last: readonly [number, boolean] | undefined;
    for (let change = 1; change < most && !last; change++) {
      const root = copy();
      const { child, url, exited } = await start({ root, kill: { moment, change } });
      const answer = await make(url);
      if (answer !== undefined) child.kill('SIGKILL');
      expect(await exited).toBe('SIGKILL');
      const packuments = await expectWhole(root, []);
      const there = made(packuments.get(odd), packuments);
      if (answer !== undefined) last = [answer, there];
      else if (!there) await expectAgain(root, make);
    }
    expect(last).toEqual([201, true]);
  }, 240_000);
});

test.skipIf(!wanted)(`four clients publish while the server is killed at random moments: everything that was answered is there (${kills} kills, seed ${seed})`, async () => {
  const random = randomFrom(seed);
  let answered = 0;
  for (let killed = 0; killed < kills; killed++) {
    const root = copy();
    const { child, url, exited } = await start({ root });
    const promised: (readonly [string, string])[] = [];
    const client = async (which: number): Promise<void> => {
      for (let i = 0; i < 40; i++) {
        const [name, version] = i % 2 === 0 ? [odd, `2.${which}.${i}`] : [`@acme/client-${which}`, `1.0.${i}`];
        const answer = await publish(url, name, version);
        if (answer === undefined) return;
        expect(answer).toBe(201);
        promised.push([name, version]);
      }
    };
    const timer = setTimeout(() => child.kill('SIGKILL'), Math.floor(random.next() * longestMs));
    try {
      await Promise.all([0, 1, 2, 3].map(client));
      expect(await exited, `kill ${killed}, seed ${seed}`).toBe('SIGKILL');
    } finally {
      clearTimeout(timer);
      child.kill('SIGKILL');
    }
    await expectWhole(root, [[odd, '1.0.0'], [odd, '1.1.0'], ...promised]);
    answered += promised.length;
    rmSync(root, { recursive: true, force: true });
  }
  expect(answered).toBeGreaterThan(0);
}, 60_000 + kills * 15_000);
