import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { serveRegistry, type Served } from '@byoml/registry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inCi } from './tier.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'byoml-first-party-'));

const npm = join(dirname(createRequire(import.meta.url).resolve('npm-newest/package.json')), 'bin', 'npm-cli.js');

/** The environment and npm settings of this machine, which know the way to its ordinary registry, with a cache that never saw ours. */
const machine = (): NodeJS.ProcessEnv => ({ ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))), npm_config_cache: join(folder, 'cache'), NO_COLOR: '1' });

/** The registry of everything else, as this machine's npm is set; undefined when it is not reachable. */
async function ordinaryRegistry(): Promise<string | undefined> {
  const { stdout } = await run(process.execPath, [npm, 'config', 'get', 'registry'], { cwd: folder, env: machine() });
  const answered = await fetch(`${stdout.trim()}semver`, { method: 'HEAD', signal: AbortSignal.timeout(10_000) }).then(({ ok }) => ok, () => false);
  return answered ? stdout.trim() : undefined;
}
const ordinary = inCi ? await ordinaryRegistry() : undefined;

interface Line {
  readonly name: string;
  readonly version: string;
  readonly state: string;
}

async function publishAll({ url }: Served, token: string): Promise<readonly Line[]> {
  const env = { ...process.env, BYOML_REGISTRY_TOKEN: token, XDG_CONFIG_HOME: join(folder, 'config') };
  const { stdout } = await run(process.execPath, [join(root, 'toolchain', 'publish-first-party.mjs'), '--registry', url, '--rehearse'], { cwd: root, env });
  return stdout.trim().split('\n').map((line) => JSON.parse(line) as Line);
}

async function tokenOf({ url }: Served, name: string): Promise<string> {
  const response = await fetch(`${url}-/user/org.couchdb.user:${name}`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, password: `the password of ${name}` }) });
  return ((await response.json()) as { token: string }).token;
}

const authorized = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });

/** Makes somebody an owner beside the administrator, as `npm owner add` does. */
async function share({ url, adminToken = '' }: Served, name: string, owner: string): Promise<void> {
  const { _rev } = (await (await fetch(`${url}${name}?write=true`, { headers: authorized(adminToken) })).json()) as { _rev: string };
  const shared = await fetch(`${url}${name}/-rev/${_rev}`, { method: 'PUT', headers: authorized(adminToken), body: JSON.stringify({ maintainers: [{ name: 'admin' }, { name: owner }] }) });
  if (!shared.ok) throw new Error(`${name}: ${await shared.text()}`);
}

async function release({ url }: Served, { name, version }: Line, token: string): Promise<number> {
  return (await fetch(`${url}-/byoml/v1/release/${name.replace('/', '%2f')}/${version}`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status;
}

const manifests = (): readonly string[] => ['core', 'cli', 'lerna.json', 'package-lock.json'].map((path) => readFileSync(join(root, path.includes('.') ? path : `${path}/package.json`), 'utf8'));

describe.skipIf(!inCi)('our own packages', () => {
  let registry: Served;
  let lines: readonly Line[] = [];
  let changed: readonly string[] = [];
  /** Answers to a stranger, the publisher and a second owner who release a version that is held back. */
  const released: number[][] = [];

  beforeAll(async () => {
    registry = await serveRegistry({ root: join(folder, 'root'), port: 0, cooldown: { newMs: 0, updateMs: 0 }, publishLimit: { count: 20, windowMs: 600_000, freezeMs: 600_000 } });
    const { adminToken = '' } = registry;
    const before = manifests();
    lines = await publishAll(registry, adminToken);
    changed = manifests().filter((text, i) => text !== before[i]);
    const reviewer = await tokenOf(registry, 'reviewer');
    for (const line of lines.filter(({ state }) => state === 'QUARANTINED')) {
      const stranger = await release(registry, line, reviewer);
      await share(registry, line.name, 'reviewer');
      released.push([stranger, await release(registry, line, adminToken), await release(registry, line, reviewer)]);
    }
  }, 300_000);
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test('are all published, each after those it depends on, under a version that this checkout does not have', () => {
    const names = lines.map(({ name }) => name);
    expect([...names].sort()).toEqual(['anomalous-resource-access', 'azure-monitor', 'azure-storage', 'cli', 'core', 'duckdb', 'event-hubs', 'files', 'registry', 'report', 'templates'].map((name) => `@byoml/${name}`));
    expect(names[0]).toBe('@byoml/core');
    for (const needed of ['anomalous-resource-access', 'duckdb', 'files', 'registry', 'report', 'templates']) expect(names.indexOf('@byoml/cli')).toBeGreaterThan(names.indexOf(`@byoml/${needed}`));
    const { version } = JSON.parse(readFileSync(join(root, 'core', 'package.json'), 'utf8')) as { version: string };
    for (const line of lines) expect(line.version).not.toBe(version);
    expect(changed).toEqual([]);
  });

  test('are held back where they start processes or load code by name, and appear once somebody else has released them', async () => {
    expect(lines.filter(({ state }) => state === 'QUARANTINED').map(({ name }) => name).sort()).toEqual(['@byoml/cli', '@byoml/core', '@byoml/registry']);
    expect(released).toEqual([[403, 403, 200], [403, 403, 200], [403, 403, 200]]);
    for (const { name, version } of lines) expect(await (await fetch(`${registry.url}${name}`)).json()).toMatchObject({ 'dist-tags': { latest: version } });
  });

  test('are all that this registry has: it fetches nothing from elsewhere', async () => {
    for (const unknown of ['semver', '@byoml/nothing']) expect((await fetch(`${registry.url}${unknown}`)).status).toBe(404);
  });

  test.skipIf(ordinary === undefined)('run in a clean folder that takes only their scope from this registry', async () => {
    const clean = join(folder, 'clean');
    mkdirSync(clean);
    writeFileSync(join(clean, '.npmrc'), `@byoml:registry=${registry.url}\n`);
    const npx = async (...args: readonly string[]): Promise<string> => (await run(process.execPath, [npm, 'exec', '--yes', '--', '@byoml/cli', ...args], { cwd: clean, env: machine() })).stdout;
    expect(await npx('--version')).toContain(`@byoml/cli/${lines.at(-1)?.version}`);
    expect(await npx('plugins', 'list')).toMatch(/anomalous-resource-access[^]*duckdb[^]*files/);
  }, 300_000);
});
