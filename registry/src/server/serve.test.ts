import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { removeTemporaryFolders, temporaryFolder } from '../storage/scratch.test.fixture.ts';
import { trustedTargets } from '../trust/tuf/client.ts';
import type { Admit } from './admit.ts';
import { publishBody, signal } from './registry.test.fixture.ts';
import { serveRegistry, type Served } from './serve.ts';

afterAll(removeTemporaryFolders);

const admit: Admit = async ({ name, version }) => ({ state: 'PASSED', packageJson: { name, version, description: 'An odd thing' }, findings: [] });
const serve = (root: string): Promise<Served> => serveRegistry({ root, port: 0, admit, cooldown: { newMs: 0, updateMs: 0 } });

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
