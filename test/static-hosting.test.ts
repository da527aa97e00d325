import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveRegistry } from '@byoml/registry';
import { NpmUser, npmClients, type Ran } from './registry-client.ts';
import { inCi } from './tier.ts';

let folder = '';
let files: Server | undefined;
let address = '';

/** A web server that knows nothing but files; their names in the folder of a registry end in "=". */
const fileServer = (data: string): Server =>
  createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const inside = request.method === 'GET' && !path.includes('..');
    void (inside ? readFile(join(data, 'objects', `${path}=`)) : Promise.reject(new Error('not a file'))).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });

const ok = expect.objectContaining({ status: 0 });
const [odd, even] = ['@acme/odd-hours', '@acme/even-hours'];

function done({ status, stderr }: Ran): void {
  if (status !== 0) throw new Error(stderr);
}

beforeAll(async () => {
  if (!inCi) return;
  folder = mkdtempSync(join(tmpdir(), 'byoml-static-'));
  const root = join(folder, 'root');
  files = fileServer(join(root, 'data'));
  await once(files.listen(0, '127.0.0.1'), 'listening');
  address = `http://127.0.0.1:${(files.address() as AddressInfo).port}/`;
  await using registry = await serveRegistry({ root, port: 0, cooldown: { newMs: 0, updateMs: 0 }, publicUrl: `${address}npm/` });
  const author = new NpmUser(folder, 'npm-newest', registry.url).hold(registry.adminToken ?? '');
  for (const version of ['1.0.0', '1.1.0']) done(await author.npm(['publish'], { cwd: author.pack(odd, version) }));
  done(await author.npm(['publish'], { cwd: author.pack(even, '1.0.0', { dependencies: { [odd]: '^1.0.0' } }) }));
  done(await author.npm(['publish', '--tag', 'next'], { cwd: author.pack(odd, '2.0.0') }));
  done(await author.npm(['unpublish', `${odd}@1.1.0`]));
}, 240_000);
afterAll(() => {
  files?.closeAllConnections();
  files?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!inCi).each(npmClients)('the files of a registry that has stopped, read by %s', (client) => {
  const reader = (): NpmUser => new NpmUser(folder, client, `${address}npm/`);

  test('install, with their digests, where only the scope is mapped to them', async () => {
    const clean = mkdtempSync(join(folder, 'clean-'));
    writeFileSync(join(clean, '.npmrc'), `@acme:registry=${address}npm/\nregistry=http://127.0.0.1:1/\n`);
    expect(await reader().npmAlone(['install', even], { cwd: clean })).toEqual(ok);
    expect(execFileSync(process.execPath, ['-p', `require(${JSON.stringify(odd)}) + require(${JSON.stringify(even)})`], { cwd: clean, encoding: 'utf8' }).trim()).toBe('1.0.01.0.0');
    const lock = JSON.parse(readFileSync(join(clean, 'package-lock.json'), 'utf8')) as { packages: Record<string, object> };
    expect(lock.packages[`node_modules/${odd}`]).toMatchObject({ resolved: `${address}npm/${odd}/-/odd-hours-1.0.0.tgz`, integrity: expect.stringMatching(/^sha512-/) });
    rmSync(join(clean, 'node_modules'), { recursive: true });
    expect(await reader().npmAlone(['ci'], { cwd: clean })).toEqual(ok);
    expect(existsSync(join(clean, 'node_modules', even, 'package.json'))).toBe(true);
  }, 120_000);

  test('tell tags and versions, and nothing of what was withdrawn', async () => {
    const viewed = [JSON.parse((await reader().npm(['view', odd, '--json'])).stdout) as object].flat()[0];
    expect(viewed).toMatchObject({ versions: ['1.0.0', '2.0.0'], 'dist-tags': { latest: '1.0.0', next: '2.0.0' } });
    expect((await fetch(`${address}npm/${odd}/-/odd-hours-1.1.0.tgz`)).status).toBe(404);
    expect((await reader().npm(['view', '@acme/nothing'])).stderr).toContain('E404');
  }, 120_000);
});
