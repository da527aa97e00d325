import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { prepareNextKeys } from '../admin/next-keys.ts';
import { rebuildRegistry } from '../admin/rebuild.ts';
import { verifyRegistry } from '../admin/verify.ts';
import { yankVersion } from '../admin/yank.ts';
import { openAdministered } from '../admin/open-administered.ts';
import { folderStorage } from '../storage/folder.ts';
import { removeTemporaryFolders, temporaryFolder } from '../storage/scratch.test.fixture.ts';
import { readKeyFile } from '../trust/key-file.ts';
import { trustedTargets } from '../trust/tuf/client.ts';
import { publicKeys } from '../trust/tuf/roles.ts';
import { rotateRoot } from '../trust/tuf/rotate.ts';
import type { Admit } from './admit.ts';
import { publishBody, signal } from './registry.test.fixture.ts';
import { serveRegistry, type Served, type ServeOptions } from './serve.ts';

afterAll(removeTemporaryFolders);

const admit: Admit = async ({ name, version }) => ({ state: 'PASSED', packageJson: { name, version, description: 'An odd thing' }, findings: [] });
const serve = (root: string, options: Partial<ServeOptions> = {}): Promise<Served> => serveRegistry({ root, port: 0, admit, cooldown: { newMs: 0, updateMs: 0 }, ...options });

async function publish({ url }: Served, token: string, version: string): Promise<number> {
  const response = await fetch(`${url}@acme%2fodd`, { method: 'PUT', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(publishBody({ version })) });
  await response.body?.cancel();
  return response.status;
}

async function versions({ url }: Served, trustedRoot: Uint8Array): Promise<string[]> {
  await using targets = await trustedTargets({ from: url, trustedRoot, folder: await temporaryFolder() }, signal);
  return Object.keys((JSON.parse(new TextDecoder().decode(await targets.download('npm/@acme/odd'))) as { versions: object }).versions);
}

test('a registry makes its keys at the first start, signs with them, and starts without its root key afterwards', async () => {
  const root = await temporaryFolder();
  let token = '';
  let trustedRoot = new Uint8Array();
  {
    await using served = await serve(root);
    token = served.adminToken ?? '';
    expect(served.rootKeyFile).toBe(join(root, 'keys', 'root.pem'));
    for (const name of ['root', 'timestamp', 'snapshot', 'targets']) expect((await stat(join(root, 'keys', `${name}.pem`))).mode & 0o777).toBe(0o600);
    trustedRoot = new Uint8Array(await (await fetch(`${served.url}tuf/root.json`)).arrayBuffer());
    expect(await publish(served, token, '1.0.0')).toBe(201);
    expect(await versions(served, trustedRoot)).toEqual(['1.0.0']);
  }
  await rename(join(root, 'keys', 'root.pem'), join(root, 'offline.pem'));
  await using served = await serve(root);
  expect([served.rootKeyFile, served.adminToken]).toEqual([undefined, undefined]);
  expect((await readdir(join(root, 'keys'))).sort()).toEqual(['snapshot.pem', 'targets.pem', 'timestamp.pem']);
  expect(await publish(served, token, '1.1.0')).toBe(201);
  expect(await versions(served, trustedRoot)).toEqual(['1.0.0', '1.1.0']);
});

test('a registry whose online key is gone does not make another one by itself', async () => {
  const root = await temporaryFolder();
  await (await serve(root))[Symbol.asyncDispose]();
  await rename(join(root, 'keys', 'targets.pem'), join(root, 'lost.pem'));
  await expect(serve(root)).rejects.toMatchObject({ code: 'FILE_MISSING', message: expect.stringContaining('targets.pem') });
});

test('a server that is started after a rotation of the online keys died ends it', async () => {
  const root = await temporaryFolder();
  let token = '';
  {
    await using served = await serve(root);
    token = served.adminToken ?? '';
    await publish(served, token, '1.0.0');
  }
  const keys = join(root, 'keys');
  let trustedRoot = new Uint8Array();
  {
    await using storage = await folderStorage(join(root, 'data'));
    trustedRoot = new Uint8Array((await storage.read('tuf/1.root.json', signal))?.bytes ?? []);
    await rotateRoot({ storage, next: publicKeys(await prepareNextKeys(keys)), signers: [await readKeyFile(join(keys, 'root.pem'))], clock: { now: () => new Date() } }, signal);
  }
  await using served = await serve(root);
  expect((await readdir(keys)).sort()).toEqual(['root.pem', 'snapshot.pem', 'targets.pem', 'timestamp.pem']);
  expect(await publish(served, token, '1.1.0')).toBe(201);
  expect(await versions(served, trustedRoot)).toEqual(['1.0.0', '1.1.0']);
});

describe('a public address', () => {
  const publicUrl = 'https://plugins.example/npm/';
  const packument = async (root: string): Promise<string> => {
    await using storage = await folderStorage(join(root, 'data'));
    return new TextDecoder().decode((await storage.read('npm/@acme/odd', signal))?.bytes);
  };
  const filled = async (): Promise<string> => {
    const root = await temporaryFolder();
    await using served = await serve(root, { publicUrl, registration: 'open' });
    expect(await publish(served, served.adminToken ?? '', '1.0.0')).toBe(201);
    return root;
  };

  test('is in the packuments, also in those that the administrator makes without a server', async () => {
    const root = await filled();
    expect(await verifyRegistry(root, { patience: 10 }, signal)).toMatchObject({ ok: true });
    expect((await rebuildRegistry(root, {}, signal)).changed).toEqual([]);
    {
      await using administered = await openAdministered(root, {}, signal);
      await yankVersion(administered, { name: '@acme/odd', version: '1.0.0' }, 'bad');
    }
    expect(await packument(root)).toContain('"yanked":"bad"');
    expect(await packument(root)).toContain(`"tarball":"${publicUrl}@acme/odd/-/odd-1.0.0.tgz"`);
  });

  test('holds at the next start too, when nobody but the administrator makes accounts, until it is changed or taken back', async () => {
    const root = await filled();
    {
      await using served = await serve(root);
      const made = await fetch(`${served.url}-/user/org.couchdb.user:eve`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: 'eve', password: 'a long pass phrase' }) });
      expect(made.ok).toBe(false);
      expect(await (await fetch(`${served.url}@acme/odd`)).text()).toContain(publicUrl);
    }
    for (const [given, found] of [['https://other.example/', 'https://other.example/'], [null, '']] as const) {
      await (await serve(root, { publicUrl: given }))[Symbol.asyncDispose]();
      expect(await packument(root)).toContain(`"tarball":"${found}@acme/odd/-/odd-1.0.0.tgz"`);
      expect((await rebuildRegistry(root, {}, signal)).changed).toEqual([]);
    }
  });
});
