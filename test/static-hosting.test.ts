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
import { startPublicContainer, type PublicContainer } from './public-container.ts';
import { publishPlugin } from './published-plugin.ts';
import { NpmUser, npmClients, type Ran } from './registry-client.ts';
import { Soc } from './soc.ts';
import { inCi } from './tier.ts';

let folder = '';
let files: Server | undefined;
let container: PublicContainer | undefined;
/** Where each hosting has what lies in the root of an export. */
const addresses = { files: '', container: '' };

/** A web server that knows nothing but files, and that a folder stands for its `index.json`. */
const fileServer = (data: string): Server =>
  createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const inside = request.method === 'GET' && !path.includes('..');
    const read = (...below: readonly string[]): Promise<Buffer> => (inside ? readFile(join(data, path, ...below)) : Promise.reject(new Error('not a file')));
    void read().catch(() => read('index.json')).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });

const ok = expect.objectContaining({ status: 0 });
const [odd, even, plugin] = ['@acme/odd-hours', '@acme/even-hours', '@acme/rare-hour'];

function done({ status, stderr }: Ran): void {
  if (status !== 0) throw new Error(stderr);
}

/** Publishes at a registry that will be read at an address, stops it, and exports what it has. */
async function exported(name: string, address: string): Promise<string> {
  const [root, out] = [join(folder, name), join(folder, `${name}-export`)];
  {
    await using registry = await serveRegistry({ root, port: 0, cooldown: { newMs: 0, updateMs: 0 }, publicUrl: `${address}npm/` });
    const author = new NpmUser(folder, 'npm-newest', registry.url).hold(registry.adminToken ?? '');
    for (const version of ['1.0.0', '1.1.0']) done(await author.npm(['publish'], { cwd: author.pack(odd, version) }));
    done(await author.npm(['publish'], { cwd: author.pack(even, '1.0.0', { dependencies: { [odd]: '^1.0.0' } }) }));
    done(await author.npm(['publish', '--tag', 'next'], { cwd: author.pack(odd, '2.0.0') }));
    done(await author.npm(['unpublish', `${odd}@1.1.0`]));
    await publishPlugin(author, { name: plugin, version: '1.0.0' });
  }
  await new Soc(folder, folder).ok('registry', 'export', out, '--root', root);
  return out;
}

beforeAll(async () => {
  if (!inCi) return;
  folder = mkdtempSync(join(tmpdir(), 'byoml-static-'));
  files = fileServer(join(folder, 'files-export'));
  await once(files.listen(0, '127.0.0.1'), 'listening');
  addresses.files = `http://127.0.0.1:${(files.address() as AddressInfo).port}/`;
  await exported('files', addresses.files);
  container = await startPublicContainer();
  addresses.container = container.url;
  await container.upload(await exported('container', addresses.container));
}, 240_000);
afterAll(async () => {
  files?.closeAllConnections();
  files?.close();
  await container?.[Symbol.asyncDispose]();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const hostings = [['files', 'a web server of files'], ['container', 'a public container of a blob service']] as const;
const readings = hostings.flatMap(([hosting, title]) => npmClients.map((client) => ({ hosting, title, client })));

describe.skipIf(!inCi).each(readings)('the export of a registry that has stopped, on $title, read by $client (CI tier)', ({ hosting, client }) => {
  const npm = (): string => `${addresses[hosting]}npm/`;
  const reader = (): NpmUser => new NpmUser(folder, client, npm());

  test('install, with their digests, where only the scope is mapped to them', async () => {
    const clean = mkdtempSync(join(folder, 'clean-'));
    writeFileSync(join(clean, '.npmrc'), `@acme:registry=${npm()}\nregistry=http://127.0.0.1:1/\n`);
    expect(await reader().npmAlone(['install', even], { cwd: clean })).toEqual(ok);
    expect(execFileSync(process.execPath, ['-p', `require(${JSON.stringify(odd)}) + require(${JSON.stringify(even)})`], { cwd: clean, encoding: 'utf8' }).trim()).toBe('1.0.01.0.0');
    const lock = JSON.parse(readFileSync(join(clean, 'package-lock.json'), 'utf8')) as { packages: Record<string, object> };
    expect(lock.packages[`node_modules/${odd}`]).toMatchObject({ resolved: `${npm()}${odd}/-/odd-hours-1.0.0.tgz`, integrity: expect.stringMatching(/^sha512-/) });
    rmSync(join(clean, 'node_modules'), { recursive: true });
    expect(await reader().npmAlone(['ci'], { cwd: clean })).toEqual(ok);
    expect(existsSync(join(clean, 'node_modules', even, 'package.json'))).toBe(true);
  }, 120_000);

  test('tell tags and versions, and nothing of what was withdrawn', async () => {
    const viewed = [JSON.parse((await reader().npm(['view', odd, '--json'])).stdout) as object].flat()[0];
    expect(viewed).toMatchObject({ versions: ['1.0.0', '2.0.0'], 'dist-tags': { latest: '1.0.0', next: '2.0.0' } });
    expect((await fetch(`${npm()}${odd}/-/odd-hours-1.1.0.tgz`)).status).toBe(404);
    expect((await reader().npm(['view', '@acme/nothing'])).stderr).toContain('E404');
  }, 120_000);
});

describe.skipIf(!inCi).each(hostings)('the export on %s: %s (CI tier)', (hosting) => {
  test('a plugin is installed from it, verified from the signed metadata on, also where the packages are named', async () => {
    for (const registry of [addresses[hosting], `${addresses[hosting]}npm/`]) {
      const soc = new Soc(folder, folder);
      expect(await soc.ok('plugins', 'install', plugin, '--registry', registry, '--yes')).toMatchObject({ name: plugin, version: '1.0.0', digest: expect.stringMatching(/^sha512-/) });
      expect(await soc.ok('plugins', 'audit')).toEqual({ ok: true, findings: [] });
    }
  }, 120_000);

  test('has nothing that only the registry may read', async () => {
    for (const path of ['private/accounts.json', 'keys/root.pem', 'npm/']) expect((await fetch(`${addresses[hosting]}${path}`)).status).toBe(404);
  });
});

describe.skipIf(!inCi)('the blob service (CI tier)', () => {
  test('answers a scoped name whether its slash is escaped or not, with the types that were set', async () => {
    const types = await Promise.all([odd.replace('/', '%2f'), odd.replace('/', '%2F'), odd, `${odd}/-/odd-hours-1.0.0.tgz`].map(async (path) => {
      const response = await fetch(`${addresses.container}npm/${path}`);
      return [response.status, response.headers.get('content-type'), response.headers.get('content-encoding')];
    }));
    expect(types).toEqual([...Array.from({ length: 3 }, () => [200, 'application/json', null]), [200, 'application/octet-stream', null]]);
  });

  test('with other bytes under a name is found out', async () => {
    const other = await startPublicContainer();
    try {
      const out = join(folder, 'container-export');
      const packument = join(out, 'npm', '@acme', 'rare-hour', 'index.json');
      const before = readFileSync(packument, 'utf8');
      writeFileSync(packument, before.replaceAll('1.0.0', '1.0.1'));
      await other.upload(out);
      writeFileSync(packument, before);
      const soc = new Soc(folder, folder);
      expect(await soc.run('plugins', 'install', plugin, '--registry', other.url, '--yes')).toMatchObject({ status: 5, document: { error: { code: 'TRUST_REFUSED' } } });
      expect(existsSync(join(soc.folder, 'plugins.lock'))).toBe(false);
    } finally {
      await other[Symbol.asyncDispose]();
    }
  }, 120_000);
});
