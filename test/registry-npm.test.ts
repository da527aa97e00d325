import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NpmUser, npmClients } from './registry-client.ts';
import { startRegistry, type RegistryServer } from './registry-server.ts';
import { inCi } from './tier.ts';

let folder = '';
let registry: RegistryServer | undefined;
let url = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'byoml-registry-'));
  registry = await startRegistry(join(folder, 'root'), '--cooldown', '0s');
  ({ url } = registry.line);
});
afterAll(async () => {
  await registry?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ok = expect.objectContaining({ status: 0 });

/** What the client sends at a first log-in, without a process of it. */
async function accountToken(name: string): Promise<string> {
  const response = await fetch(`${url}-/user/org.couchdb.user:${name}`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, password: `the password of ${name}` }) });
  return ((await response.json()) as { token: string }).token;
}

describe.each(npmClients)('%s', (client) => {
  /** One client in `npm test`, both in CI. */
  const isOther = client !== npmClients.at(-1);
  const mark = isOther ? ' (CI tier)' : '';
  const user = (): NpmUser => new NpmUser(folder, client, url);
  /** Everybody has one account for all clients. */
  const loggedIn = async (account: string): Promise<NpmUser> => {
    const one = user();
    expect(await one.logIn(account, `the password of ${account}`)).toEqual(ok);
    return one;
  };
  const known = async (account: string): Promise<NpmUser> => user().hold(await accountToken(account));
  const refusedFor = (somebody: string) => expect.objectContaining({ status: 1, stderr: expect.stringMatching(new RegExp(`403[^]*${somebody}.* is not one of its owners`)) });

  test.skipIf(isOther && !inCi)(`logs in, publishes, tags, deprecates, shares and withdraws${mark}`, async () => {
    const name = `@${client}/odd-hour`;
    const [author, mallory] = [await loggedIn(`author-${client}`), await known(`mallory-${client}`)];
    const wrong = await user().logIn(`author-${client}`, 'another password');
    expect(wrong).toMatchObject({ status: 1, stderr: expect.stringMatching(/E401[^]*Incorrect or missing password/) });

    expect(await author.npm(['publish'], { cwd: author.pack(name, '1.0.0') })).toMatchObject({ status: 0, stdout: expect.stringContaining(`+ ${name}@1.0.0`) });
    expect(await author.npm(['publish', '--tag', 'next'], { cwd: author.pack(name, '2.0.0-rc.1') })).toEqual(ok);
    const viewed = JSON.parse((await user().npm(['view', name, '--json'])).stdout) as object; // npm 12 shows a list of one
    expect([viewed].flat()[0]).toMatchObject({ name, version: '1.0.0', description: 'Finds odd hours.', versions: ['1.0.0', '2.0.0-rc.1'], 'dist-tags': { latest: '1.0.0', next: '2.0.0-rc.1' } });

    expect(await author.npm(['publish', '--force'], { cwd: author.pack(name, '1.0.0', { description: 'Another.' }) })).toMatchObject({ status: 1, stderr: expect.stringMatching(/E409[^]*@1\.0\.0 was published before\. Publish under a higher version/) });
    expect(await mallory.npm(['publish', '--force'], { cwd: mallory.pack(name, '1.0.1') })).toEqual(refusedFor(`mallory-${client}`));

    expect(await author.npm(['dist-tag', 'add', `${name}@1.0.0`, 'stable'])).toEqual(ok);
    expect((await user().npm(['dist-tag', 'ls', name])).stdout.trim().split('\n').sort()).toEqual(['latest: 1.0.0', 'next: 2.0.0-rc.1', 'stable: 1.0.0']);
    expect(await author.npm(['deprecate', `${name}@1.0.0`, 'Use the next one.'])).toEqual(ok);
    expect((await user().npm(['view', `${name}@1.0.0`, 'deprecated'])).stdout.trim()).toBe('Use the next one.');
    expect(await author.npm(['owner', 'add', `mallory-${client}`, name])).toEqual(ok);
    expect(await mallory.npm(['publish'], { cwd: mallory.pack(name, '1.0.1') })).toEqual(ok);
    expect((JSON.parse((await user().npm(['search', `@${client}`, '--json'])).stdout) as { name: string }[]).map((found) => found.name)).toContain(name);

    expect(await author.npm(['unpublish', `${name}@1.0.0`])).toEqual(ok);
    expect(JSON.parse((await user().npm(['view', name, 'versions', '--json'])).stdout)).toEqual(['1.0.1', '2.0.0-rc.1']);
    expect((await fetch(`${url}${name}/-/odd-hour-1.0.0.tgz`)).status).toBe(404);
  }, 240_000);

  test.skipIf(!inCi)('takes back tags, deprecations, owners and whole packages, and refuses strangers all of it (CI tier)', async () => {
    const name = `@${client}-back/odd-hour`;
    const [author, mallory] = [await known(`back-${client}`), await known(`stranger-${client}`)];
    expect(await author.npm(['ping'])).toEqual(ok);
    expect((await author.npm(['whoami'])).stdout.trim()).toBe(`back-${client}`);
    expect(await author.npm(['publish'], { cwd: author.pack(name, '1.0.0') })).toEqual(ok);
    for (const args of [['dist-tag', 'add', `${name}@1.0.0`, 'mine'], ['deprecate', name, 'Bad.'], ['unpublish', `${name}@1.0.0`, '--force'], ['unpublish', name, '--force'], ['owner', 'add', `stranger-${client}`, name]])
      expect(await mallory.npm(args)).toEqual(refusedFor(`stranger-${client}`));

    expect(await author.npm(['dist-tag', 'add', `${name}@1.0.0`, 'stable'])).toEqual(ok);
    expect(await author.npm(['dist-tag', 'rm', name, 'stable'])).toEqual(ok);
    expect((await user().npm(['dist-tag', 'ls', name])).stdout).not.toContain('stable');
    expect(await author.npm(['deprecate', `${name}@1.0.0`, 'Use the next one.'])).toEqual(ok);
    expect(await author.npm(['deprecate', `${name}@1.0.0`, ''])).toEqual(ok);
    expect((await user().npm(['view', `${name}@1.0.0`, 'deprecated'])).stdout.trim()).toBe('');

    expect(await author.npm(['owner', 'add', `stranger-${client}`, name])).toEqual(ok);
    expect((await user().npm(['owner', 'ls', name])).stdout).toMatch(new RegExp(`back-${client}[^]*stranger-${client}`));
    expect(await mallory.npm(['publish'], { cwd: mallory.pack(name, '1.0.1') })).toEqual(ok);
    expect(await author.npm(['owner', 'rm', `stranger-${client}`, name])).toEqual(ok);
    expect(await mallory.npm(['publish'], { cwd: mallory.pack(name, '1.0.2') })).toMatchObject({ status: 1, stderr: expect.stringContaining('403') });

    expect(await author.npm(['unpublish', `${name}@1.0.0`])).toEqual(ok);
    expect(await author.npm(['publish', '--force', '--tag', 'old'], { cwd: author.pack(name, '1.0.0') })).toMatchObject({ status: 1, stderr: expect.stringContaining('E409') });
    expect(await author.npm(['unpublish', name, '--force'])).toEqual(ok);
    expect((await user().npm(['view', name])).stderr).toContain('E404');
    expect(await author.npm(['publish', '--force'], { cwd: author.pack(name, '1.0.1') })).toMatchObject({ status: 1, stderr: expect.stringContaining('E409') });
  }, 240_000);

  test.skipIf(isOther && !inCi)(`installs into a clean folder that maps only the scope to the registry${mark}`, async () => {
    const author = await known(`installer-${client}`);
    const [one, two] = [`@${client}-in/first`, `@${client}-in/second`];
    expect(await author.npm(['publish'], { cwd: author.pack(one, '1.0.0') })).toEqual(ok);
    expect(await author.npm(['publish'], { cwd: author.pack(two, '1.0.0', { dependencies: { [one]: '^1.0.0' } }) })).toEqual(ok);
    const [reader, clean] = [user(), mkdtempSync(join(folder, 'clean-'))];
    writeFileSync(join(clean, '.npmrc'), `@${client}-in:registry=${url}\nregistry=http://127.0.0.1:1/\n`);
    expect(await reader.npmAlone(['install', two], { cwd: clean })).toEqual(ok);
    expect(execFileSync(process.execPath, ['-p', `require(${JSON.stringify(one)})`], { cwd: clean, encoding: 'utf8' }).trim()).toBe('1.0.0');
    const lock = JSON.parse(readFileSync(join(clean, 'package-lock.json'), 'utf8')) as { packages: Record<string, { resolved?: string; integrity?: string }> };
    expect(lock.packages[`node_modules/${two}`]).toMatchObject({ resolved: `${url}${two}/-/second-1.0.0.tgz`, integrity: expect.stringMatching(/^sha512-/) });
    rmSync(join(clean, 'node_modules'), { recursive: true });
    expect(await reader.npmAlone(['ci'], { cwd: clean })).toEqual(ok);
    expect(existsSync(join(clean, 'node_modules', two, 'package.json'))).toBe(true);
  }, 120_000);

  test.skipIf(isOther && !inCi)(`is told why a package is refused, and nothing of it can be seen${mark}`, async () => {
    const author = await known(`refused-${client}`);
    const all: ReadonlyArray<readonly [string, object, Readonly<Record<string, string>>, RegExp]> = [
      ['scripts', { scripts: { postinstall: 'node index.js' } }, {}, /postinstall/],
      ['pickle', {}, { 'model.pkl': '\u0080\u0004.' }, /runs code when it is opened/],
      ['licence', { license: 'UNLICENSED' }, {}, /no SPDX expression/],
    ];
    for (const [what, fields, files, why] of inCi ? all : all.slice(0, 1)) {
      const refused = `@${client}-bad/${what}-hours`;
      const cwd = author.pack(refused, '1.0.0', fields);
      for (const [path, text] of Object.entries(files)) writeFileSync(join(cwd, path), text, 'latin1');
      expect(await author.npm(['publish', '--ignore-scripts'], { cwd })).toMatchObject({ status: 1, stderr: expect.stringMatching(why) });
      expect((await fetch(`${url}${refused}`)).status).toBe(404);
    }
    const cwd = author.pack(`@${client}-bad/code-hours`, '1.0.0');
    writeFileSync(join(cwd, 'more.js'), 'module.exports = (text) => (0, eval)(text);\n');
    expect(await author.npm(['publish'], { cwd })).toMatchObject({ status: 0, stderr: expect.stringContaining('is held back until somebody has looked at it') });
    expect((await fetch(`${url}@${client}-bad/code-hours`)).status).toBe(404);
  }, 120_000);

  test.skipIf(isOther && !inCi)(`the administrator's token is somebody, and log-out ends a token${mark}`, async () => {
    const admin = user().hold(registry?.line.adminToken ?? '');
    expect((await admin.npm(['whoami'])).stdout.trim()).toBe('admin');
    const token = await accountToken(`leaver-${client}`);
    const leaving = user().hold(token);
    expect(await leaving.npm(['logout'])).toEqual(ok);
    expect((await user().hold(token).npm(['whoami'])).stderr).toContain('E401');
  }, 60_000);
});

describe('the command', () => {
  test('prints one line, with token and key at the first start only, and ends with 0 at SIGTERM', async () => {
    const root = join(mkdtempSync(join(folder, 'command-')), 'new', 'root');
    const first = await startRegistry(root);
    const { line } = first;
    expect(line).toEqual({ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/), adminToken: expect.any(String), rootKeyFile: join(root, 'keys', 'root.pem') });
    expect(await first.stop()).toEqual({ status: 0, stdout: `${JSON.stringify(line)}\n`, stderr: '' });
    expect([statSync(line.rootKeyFile ?? '').mode & 0o777, createPrivateKey(readFileSync(line.rootKeyFile ?? '')).asymmetricKeyType]).toEqual([0o600, 'ed25519']);
    const second = await startRegistry(root);
    expect(Object.keys(second.line)).toEqual(['url']);
    const who = await fetch(`${second.line.url}-/whoami`, { headers: { authorization: `Bearer ${line.adminToken}` } });
    expect(await who.json()).toEqual({ username: 'admin' });
    await second.stop();
  });

  test('a new version is hidden for a day, and says until when', async () => {
    const hiding = await startRegistry(join(folder, 'hiding'));
    const author = new NpmUser(folder, 'npm-newest', hiding.line.url).hold(hiding.line.adminToken ?? '');
    const before = Date.now();
    const published = await author.npm(['publish'], { cwd: author.pack('@acme/late', '1.0.0') });
    expect(published).toMatchObject({ status: 0, stderr: expect.stringMatching(/@acme\/late@1\.0\.0 appears at \d{4}-/) });
    const viewed = await author.npm(['view', '@acme/late']);
    const [, moment = ''] = /@acme\/late@1\.0\.0 appears at (\S+Z)/.exec(viewed.stderr) ?? [];
    expect(Date.parse(moment) - before).toBeGreaterThanOrEqual(86_400_000);
    expect(Date.parse(moment) - before).toBeLessThan(86_400_000 + 60_000);
    const response = await fetch(`${hiding.line.url}@acme/late`);
    expect([response.status, await response.json()]).toEqual([404, { error: { code: 'PACKAGE_UNKNOWN', message: expect.stringContaining(moment), hint: expect.any(String), details: { name: '@acme/late', hidden: [{ version: '1.0.0', visible: moment }] } } }]);
    expect((await fetch(`${hiding.line.url}@acme/late/-/late-1.0.0.tgz`)).status).toBe(404);
    await hiding.stop();
  });

  test('what cannot be served is told', async () => {
    const file = join(mkdtempSync(join(folder, 'refused-')), 'file');
    writeFileSync(file, '');
    await expect(startRegistry(file)).rejects.toThrow('"code":"WRITE_FAILED"');
  });

  test.skipIf(!inCi)('a wrong duration and an address that is not there are told (CI tier)', async () => {
    const unused = join(folder, 'unused');
    await expect(startRegistry(unused, '--cooldown', 'soon')).rejects.toThrow('"code":"USAGE_INVALID"');
    await expect(startRegistry(unused, '--host', '192.0.2.1')).rejects.toThrow(/"code":"USAGE_INVALID","message":"cannot listen on 192\.0\.2\.1/);
  });
});
