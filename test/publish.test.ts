import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuthorShell, type Ran } from './author-shell.ts';
import { startRegistry, type RegistryServer } from './registry-server.ts';
import { inCi } from './tier.ts';

const shell = new AuthorShell();
let registry: RegistryServer;
let url = '';
let token = '';

beforeAll(async () => {
  registry = await startRegistry(join(shell.home, 'registry'), '--cooldown', '0s');
  ({ url, adminToken: token = '' } = registry.line);
});
afterAll(async () => {
  await registry.stop();
  shell[Symbol.dispose]();
});

const publish = (flags: string, cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> => shell.run(`byoml publish ${flags}`, { cwd, env });
const json = ({ stdout }: Ran): any => JSON.parse(stdout);
/** Another account than the administrator's, so that its publications are counted apart. */
async function accountToken(name: string): Promise<string> {
  const response = await fetch(`${url}-/user/org.couchdb.user:${name}`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, password: `the password of ${name}` }) });
  return ((await response.json()) as { token: string }).token;
}

describe('without a registry', () => {
  test('a dry run tells every check and what it could not look at, makes no key and runs no script', async () => {
    const folder = shell.package('@acme/dry-hour', '1.0.0', { 'package.json': JSON.stringify({ name: '@acme/dry-hour', version: '1.0.0', license: 'MIT', scripts: { prepack: 'touch ran', prepublishOnly: 'touch ran', postpack: 'touch ran' } }) });
    const [good, told] = await Promise.all([publish('--dry-run', folder), publish('--dry-run --json', folder)]);
    expect(good).toMatchObject({ status: 0, stdout: expect.stringMatching(/✓ archive[^]*✓ licence[^]*✓ model-formats[^]*No registry was asked/) });
    expect(good.stdout).not.toContain('✗');
    expect(json(told)).toEqual({ name: '@acme/dry-hour', version: '1.0.0', integrity: expect.stringMatching(/^sha512-/), state: 'PASSED', visible: null, signer: null, findings: [], notCompared: [expect.any(String)] });
    expect([existsSync(join(shell.home, '.config')), existsSync(join(folder, 'ran'))]).toEqual([false, false]);
  });

  test('a dry run refuses what the registry would refuse: where, why, what to do', async () => {
    const folder = shell.package('@acme/dry-hour', '1.0.0', { 'index.js': 'module.exports = "\u202e";\n', 'package.json': JSON.stringify({ name: '@acme/dry-hour', version: '1.0.0', license: 'mine', scripts: { postinstall: 'touch /tmp/x' } }) });
    const [refused, told] = await Promise.all([publish('--dry-run', folder), publish('--dry-run --json', folder)]);
    expect(refused).toMatchObject({ status: 6, stdout: expect.stringMatching(/✗ lifecycle-scripts[^]*package\.json: [^]*Remove the script[^]*✗ licence[^]*✗ source-hygiene[^]*index\.js:1/), stderr: expect.stringContaining('PUBLISH_REFUSED') });
    expect(json(told)).toMatchObject({ error: { code: 'PUBLISH_REFUSED', details: { state: 'REJECTED', findings: expect.arrayContaining([expect.objectContaining({ check: 'licence', message: expect.any(String), hint: expect.any(String) })]) } } });
  });

  test('a version that a person has to look at is no failure, and says so', async () => {
    const held = await publish('--dry-run', shell.package('@acme/held-hour', '1.0.0', { 'index.js': 'module.exports = (text) => (0, eval)(text);\n' }));
    expect(held).toMatchObject({ status: 0, stdout: expect.stringMatching(/! dynamic-code[^]*a registry holds it back/) });
  });

  test('a plugin whose manifest is not that of its code is not packed any further', async () => {
    const folder = shell.package('@acme/stale-hour', '1.0.0', { 'package.json': JSON.stringify({ name: '@acme/stale-hour', version: '1.0.0', license: 'MIT', type: 'module', exports: './index.js', keywords: ['byoml-plugin'], peerDependencies: { '@byoml/core': '^0.1.0' } }) });
    expect(await publish('--dry-run', folder)).toMatchObject({ status: 4, stderr: expect.stringContaining('PLUGIN_MANIFEST_MISSING') });
  });

  test('what cannot be meant is refused', async () => {
    const folder = shell.package('@acme/dry-hour', '1.0.0');
    expect(await publish('', folder)).toMatchObject({ status: 2, stderr: expect.stringContaining('needs --registry') });
    expect(await publish('--dry-run --registry http://plugins.example/', folder)).toMatchObject({ status: 2, stderr: expect.stringContaining('https') });
    expect(await publish(`--status @acme/dry-hour --registry ${url}`, folder)).toMatchObject({ status: 2, stderr: expect.stringContaining('NAME@VERSION') });
    expect(await publish('--dry-run', shell.home)).toMatchObject({ status: 3, stderr: expect.stringContaining('package.json') });
    expect(await publish('--dry-run --registry http://127.0.0.1:1/', folder)).toMatchObject({ status: 6, stderr: expect.stringContaining('REGISTRY_FAILED') });
  });
});

describe('with a registry', () => {
  test('signs with a key that it makes once, sends with the token of npm and never prints it', async () => {
    const folder = shell.package('@first/first-hour', '1.0.0', { '.npmrc': `${url.replace(/^http:/, '')}:_authToken=${token}\n` });
    const config = join(shell.home, 'first-config');
    const env = { XDG_CONFIG_HOME: config };
    const unknown = await publish(`--registry ${url} --json`, shell.package('@first/first-hour', '1.0.0'), env);
    expect([unknown.status, json(unknown)]).toMatchObject([6, { error: { code: 'AUTHENTICATION_REQUIRED' } }]);
    expect(existsSync(config)).toBe(false);

    const first = await publish(`--registry ${url}`, folder, env);
    expect(first).toMatchObject({ status: 0, stdout: expect.stringMatching(/made your key [0-9a-f]{64}\n[^]*author\.pem[^]*@first\/first-hour@1\.0\.0 PASSED {2}is visible now/) });
    expect(statSync(join(config, 'byoml', 'author.pem')).mode & 0o777).toBe(0o600);
    const again = await publish(`--registry ${url} --json`, folder, env);
    expect([again.status, json(again)]).toMatchObject([6, { error: { code: 'VERSION_EXISTS' } }]);

    writeFileSync(join(folder, 'package.json'), readFileSync(join(folder, 'package.json'), 'utf8').replace('1.0.0', '1.1.0'));
    const second = await publish(`--registry ${url} --tag next --json`, folder, env);
    const [, signer] = /made your key ([0-9a-f]{64})/.exec(first.stdout) ?? [];
    expect(json(second)).toEqual({ name: '@first/first-hour', version: '1.1.0', integrity: expect.stringMatching(/^sha512-/), state: 'PASSED', visible: expect.stringMatching(/Z$/), signer, findings: [] });
    expect(await (await fetch(`${url}@first/first-hour`)).json()).toMatchObject({ 'dist-tags': { latest: '1.0.0', next: '1.1.0' }, versions: { '1.1.0': { dist: { integrity: json(second).integrity } } } });
    for (const { stdout, stderr } of [first, again, second]) expect(`${stdout}${stderr}`).not.toContain(token);
  });

  test('a version that is held back says why, and its author can ask how far it has come', async () => {
    const env = { BYOML_REGISTRY_TOKEN: await accountToken('holder') };
    const held = await publish(`--registry ${url} --json`, shell.package('@holder/held-hour', '1.0.0', { 'index.js': 'module.exports = (text) => (0, eval)(text);\n' }), env);
    expect(json(held)).toMatchObject({ state: 'QUARANTINED', visible: null, findings: [expect.objectContaining({ check: 'dynamic-code', hold: true })] });
    const asked = await publish(`--status @holder/held-hour@1.0.0 --registry ${url} --json`, shell.home, env);
    expect(json(asked)).toMatchObject({ name: '@holder/held-hour', version: '1.0.0', state: 'QUARANTINED', visible: null, integrity: json(held).integrity, signer: json(held).signer, findings: [expect.objectContaining({ check: 'dynamic-code' })] });
    expect(await publish(`--status @holder/held-hour@9.9.9 --registry ${url}`, shell.home, env)).toMatchObject({ status: 6, stderr: expect.stringContaining('PACKAGE_UNKNOWN') });
  });

  test.skipIf(!inCi)('a new key is made where there is none, and the old one vouches for it', async () => {
    const env = { BYOML_REGISTRY_TOKEN: await accountToken('changer'), XDG_CONFIG_HOME: join(shell.home, 'changer-config') };
    const old = join(env.XDG_CONFIG_HOME, 'byoml', 'author.pem');
    const first = json(await publish(`--registry ${url} --json`, shell.package('@changer/key-hour', '1.0.0'), env));
    const changed = json(await publish(`--registry ${url} --new-key ${shell.home}/next.pem --endorse ${old} --json`, shell.package('@changer/key-hour', '1.0.1'), env));
    expect(changed).toMatchObject({ state: 'PASSED', signer: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(changed.signer).not.toBe(first.signer);
    expect(json(await publish(`--registry ${url} --key ${shell.home}/next.pem --json`, shell.package('@changer/key-hour', '1.0.2'), env))).toMatchObject({ signer: changed.signer });
    const refused = shell.package('@changer/key-hour', '1.0.3');
    expect(json(await publish(`--registry ${url} --new-key ${shell.home}/next.pem --json`, refused, env))).toMatchObject({ error: { code: 'FOLDER_OCCUPIED' } });
    expect(json(await publish(`--registry ${url} --key ${shell.home}/none.pem --json`, refused, env))).toMatchObject({ error: { code: 'FILE_MISSING' } });
    expect(json(await publish(`--registry ${url} --provenance ./index.js --json`, refused, env))).toMatchObject({ error: { code: 'FILE_CORRUPT' } });
  });
});

/** About twenty commands, one of them the tests of a template. */
test.skipIf(!inCi)('every block of docs/publishing.md does what the document says', async () => {
  const text = readFileSync(join(import.meta.dirname, '..', 'docs', 'publishing.md'), 'utf8');
  const blocks = [...text.matchAll(/^```sh(?<elsewhere> other-terminal)?\n(?<lines>[^]*?)^```$/gm)].map(({ groups }) => ({ elsewhere: groups?.['elsewhere'] !== undefined, lines: groups?.['lines'] ?? '' }));
  expect([...text.matchAll(/^```/gm)]).toHaveLength(2 * blocks.length);
  const served = blocks.filter(({ elsewhere }) => elsewhere).map(({ lines }) => lines);
  expect(served).toEqual(['byoml registry serve --root ./registry-data --port 4873 --cooldown 0s\n']);
  const script = blocks.filter(({ elsewhere }) => !elsewhere).map(({ lines }, i) => `echo "== ${i + 1}"\n${lines}`).join('').replaceAll('http://127.0.0.1:4873/', url).replaceAll('//127.0.0.1:4873/', url.replace(/^http:/, ''));
  using author = new AuthorShell();
  const secret = await accountToken('tutor');
  const ran = await author.run(script, { env: { TOKEN: secret } });
  expect(ran).toMatchObject({ status: 0 });
  expect(ran.stdout).toMatch(/Tests\s+\d\d passed[^]*✓ model-formats[^]*made your key[^]*@acme\/rare-night@0\.1\.0 PASSED {2}is visible now[^]*rare-night[^]*@acme\/rare-night@0\.2\.0 PASSED[^]*made your key[^]*@acme\/rare-night@0\.2\.1 PASSED/);
  expect(`${ran.stdout}${ran.stderr}`).not.toContain(secret);
}, 300_000);
