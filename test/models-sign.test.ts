import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freshWorkspaces } from './fresh-workspaces.ts';
import { backfillDays, moment } from './small-workspace.ts';

const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');
const fixtures = join(import.meta.dirname, 'fixtures', 'model-signing');
const walk = 'anomalous-resource-access/access-walk';

let trained = '';
let folder = '';
const at = (...parts: readonly string[]): string => join(folder, ...parts);

interface Ran {
  readonly status: number | null;
  readonly document: any;
  readonly stderr: string;
}

const environment = { PATH: process.env['PATH'] ?? '', NO_COLOR: '1' };
function run(...args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [byoml, ...args, '--json'], { encoding: 'utf8', cwd: folder, env: environment });
  return { status, document: stdout === '' ? undefined : JSON.parse(stdout), stderr };
}
const ok = (...args: readonly string[]): any => {
  const { status, document, stderr } = run(...args);
  if (status !== 0) throw new Error(`byoml ${args.join(' ')}: ${JSON.stringify(document)}\n${stderr}`);
  return document;
};
const score = (model = 'model'): Ran => run('score', '--model', model, '--data', 'a.csv', '--out', 'scored.csv');
const refused = (because: string) => ({ status: 5, document: { error: { code: 'TRUST_REFUSED', message: expect.stringContaining(because) } } });
const policy = (models: object): void => writeFileSync(at('policy.yaml'), JSON.stringify({ models }));

/** Two models, the first signed with a new key. */
beforeAll(() => {
  trained = mkdtempSync(join(tmpdir(), 'byoml-models-'));
  folder = trained;
  const table = ['user,resource', ...Array.from({ length: 200 }, (_, i) => `u${i % 20},${(i % 20) % 2 ? 'hr' : 'it'}-${(i * 7) % 13}`)].join('\n');
  writeFileSync(at('a.csv'), `${table}\n`);
  writeFileSync(at('b.csv'), `${table}\nu1,it-0\n`);
  ok('train', '--algorithm', walk, '--data', 'a.csv', '--model', 'model');
  ok('train', '--algorithm', walk, '--data', 'b.csv', '--model', 'other');
  ok('models', 'sign', 'model', '--new-key', 'key.pem');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'byoml-models-'));
  cpSync(trained, folder, { recursive: true });
  return () => rmSync(folder, { recursive: true, force: true });
});
afterAll(() => rmSync(trained, { recursive: true, force: true }));

test('a model is signed, verified and scored', () => {
  const signed = ok('models', 'sign', 'other', '--new-key', 'next.pem');
  expect(signed).toEqual({
    model: 'other', signature: join('other', 'model.sig'), digest: expect.stringMatching(/^[0-9a-f]{64}$/), files: readdirSync(at('other'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length - 1,
    signer: { method: 'key', hint: expect.stringMatching(/^[0-9a-f]{64}$/) }, publicKey: readFileSync(at('next.pub.pem'), 'utf8'), publicKeyFile: expect.stringMatching(/next\.pub\.pem$/),
  });
  const { digest, files, signer } = signed;
  expect(ok('models', 'verify', 'other', '--key', 'key.pub.pem', '--key', 'next.pub.pem')).toEqual({ model: 'other', name: 'other', digest, files, signer });
  expect(score('other')).toMatchObject({ status: 0, stderr: expect.stringContaining(`key ${signer.hint}`) });
  policy({ signedBy: ['next.pub.pem'] });
  expect(score('other')).toMatchObject({ status: 0, stderr: expect.not.stringContaining('warning') });
  expect(ok('models', 'verify', 'other')).toMatchObject({ signer });
  expect(ok('models', 'sign', 'other', '--key', 'key.pem').publicKeyFile).toBeNull();
  expect(score('other')).toMatchObject(refused('is not trusted for models'));
});

test.skipIf(process.platform === 'win32')('a new key is its owner\'s alone', () => {
  expect(statSync(at('key.pem')).mode & 0o777).toBe(0o600);
});

test('signed models have the layout of the specification', () => {
  const bundle = JSON.parse(readFileSync(at('model', 'model.sig'), 'utf8'));
  expect(bundle).toMatchObject({ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', verificationMaterial: { publicKey: { hint: expect.any(String) }, tlogEntries: [] }, dsseEnvelope: { payloadType: 'application/vnd.in-toto+json', signatures: [{ keyid: '' }] } });
  const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString());
  expect(statement).toMatchObject({ predicateType: 'https://model_signing/signature/v1.0', subject: [{ name: 'model' }], predicate: { serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: ['model.sig'] } } });
});

describe('what was changed after it was signed is not loaded, also without a policy', () => {
  const file = (): string => {
    const [found] = readdirSync(at('model', 'model'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return join(found?.parentPath ?? '', found?.name ?? '');
  };
  test.each<[string, () => void, string]>([
    ['one byte of a file', () => { const bytes = readFileSync(file()); bytes[3]! ^= 1; writeFileSync(file(), bytes); }, 'differs from its digest'],
    ['a further file', () => writeFileSync(at('model', 'model', 'more.bin'), 'x'), 'does not belong to the model'],
    ['a file that is gone', () => rmSync(file()), 'is missing'],
    ['a link in place of a file', () => { const path = file(); renameSync(path, at('elsewhere')); symlinkSync(at('elsewhere'), path); }, 'is a symbolic link'],
    ['all files, with a manifest that fits', () => { const signature = readFileSync(at('model', 'model.sig')); rmSync(at('model'), { recursive: true }); cpSync(at('other'), at('model'), { recursive: true }); writeFileSync(at('model', 'model.sig'), signature); }, 'has the digest'],
    ['half a signature', () => writeFileSync(at('model', 'model.sig'), readFileSync(at('model', 'model.sig')).subarray(0, 200)), 'not JSON'],
  ])('%s', (_, change, because) => {
    change();
    expect(score()).toMatchObject(refused(because));
    expect(existsSync(at('scored.csv'))).toBe(false);
    expect(run('explain', '--model', 'model', '--data', 'a.csv', '--row', '1')).toMatchObject(refused(because));
    expect(run('models', 'verify', 'model', '--key', 'key.pub.pem')).toMatchObject(refused(because));
  });

  test('the signature of another model', () => {
    ok('models', 'sign', 'other', '--key', 'key.pem');
    cpSync(at('other', 'model.sig'), at('model', 'model.sig'));
    expect(score()).toMatchObject(refused('has the digest'));
  });
});

test('the policy of the workspace that --workspace names counts', () => {
  mkdirSync(at('soc'));
  writeFileSync(at('soc', 'policy.yaml'), JSON.stringify({ models: { signedBy: [readFileSync(at('key.pub.pem'), 'utf8')] } }));
  expect(score('other').status).toBe(0);
  for (const model of ['other', 'model']) {
    const scored = run('score', '--model', model, '--data', 'a.csv', '--out', 'scored.csv', '--workspace', 'soc');
    const explained = run('explain', '--model', model, '--data', 'a.csv', '--row', '1', '--workspace', 'soc');
    for (const { status } of [scored, explained]) expect(status).toBe(model === 'model' ? 0 : 5);
  }
});

test('a policy that asks for signatures refuses what has none, and what others signed', () => {
  policy({ signedBy: [readFileSync(at('key.pub.pem'), 'utf8')] });
  expect(score()).toMatchObject({ status: 0 });
  expect(score('other')).toMatchObject(refused('it is not signed'));
  ok('models', 'sign', 'other', '--new-key', 'stranger.pem');
  expect(score('other')).toMatchObject(refused('is not trusted for models'));
  policy({ signedBy: ['key.pub.pem'], required: false });
  expect(score('other')).toMatchObject({ status: 0, stderr: expect.stringContaining('nothing says to trust the signer') });
  policy({ signedBy: ['nowhere.pem'] });
  expect(score()).toMatchObject({ status: 3, document: { error: { code: 'FILE_MISSING' } } });
});

test('training into a signed folder leaves no signature of the old model', () => {
  ok('train', '--algorithm', walk, '--data', 'b.csv', '--model', 'model');
  expect(existsSync(at('model', 'model.sig'))).toBe(false);
  expect(score()).toMatchObject({ status: 0 });
});

test('bad calls are told what to do', () => {
  expect(run('models', 'sign', 'model')).toMatchObject({ status: 2, document: { error: { code: 'USAGE_INVALID' } } });
  expect(run('models', 'sign', 'model', '--new-key', 'key.pem')).toMatchObject({ status: 2, document: { error: { code: 'FOLDER_OCCUPIED' } } });
  expect(run('models', 'sign', 'model', '--key', 'nowhere.pem')).toMatchObject({ status: 3, document: { error: { code: 'FILE_MISSING' } } });
  expect(run('models', 'sign', 'nowhere', '--key', 'key.pem')).toMatchObject({ status: 5, document: { error: { code: 'MODEL_MISSING' } } });
  expect(run('models', 'sign', 'a.csv', '--key', 'key.pem')).toMatchObject({ status: 5, document: { error: { code: 'MODEL_MISSING' } } });
  expect(run('models', 'sign', 'shares@7', '--key', 'key.pem')).toMatchObject({ status: 2, document: { error: { code: 'WORKSPACE_MISSING' } } });
  expect(run('models', 'verify', 'other', '--key', 'key.pub.pem')).toMatchObject(refused('it is not signed'));
  expect(run('models', 'verify', 'model')).toMatchObject(refused('is not trusted for models'));
});

test('with a chain of certificates the authority is what counts', () => {
  for (const name of ['ca.pem', 'signer.pem', 'signer.key.pem']) writeFileSync(at(name), readFileSync(join(fixtures, name)), { mode: 0o600 });
  expect(ok('models', 'sign', 'model', '--key', 'signer.key.pem', '--certificate', 'signer.pem').signer).toMatchObject({ method: 'certificate', subject: 'CN=test signer of byoml', issuer: 'CN=test authority of byoml' });
  expect(ok('models', 'verify', 'model', '--certificate', 'ca.pem')).toMatchObject({ signer: { subject: 'CN=test signer of byoml' } });
  expect(run('models', 'verify', 'model', '--key', 'key.pub.pem')).toMatchObject(refused('no authority is trusted'));
  policy({ certificates: ['ca.pem'] });
  expect(score()).toMatchObject({ status: 0 });
  expect(run('models', 'sign', 'model', '--key', 'key.pem', '--certificate', 'signer.pem')).toMatchObject(refused('is not that of the key'));
});

test.skipIf(process.platform === 'win32')('killed at any moment, signing leaves the signature from before or the new one, and a model that loads', { timeout: 60_000 }, async () => {
  const before = readFileSync(at('model', 'model.sig'), 'utf8');
  for (const patience of [0, 1, 2]) {
    const child = spawn(process.execPath, [byoml, 'models', 'sign', 'model', '--key', 'key.pem', '--json'], { cwd: folder, env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    for (let line = 0; line < patience && child.exitCode === null; line++) await Promise.race([once(child.stderr, 'data'), once(child, 'exit')]);
    child.kill('SIGKILL');
    await once(child, 'close');
    const after = readFileSync(at('model', 'model.sig'), 'utf8');
    expect(after === before || JSON.parse(after).dsseEnvelope !== undefined).toBe(true);
    expect(run('models', 'verify', 'model', '--key', 'key.pub.pem')).toMatchObject({ status: 0 });
  }
});

describe('models that a workspace trained itself', () => {
  const workspace = freshWorkspaces();

  test('need no signature there, but are refused like any other when they have one that does not fit', { timeout: 120_000 }, async () => {
    const soc = await workspace(moment(32, 2));
    await backfillDays(soc, 30, 31);
    writeFileSync(join(soc.folder, 'policy.yaml'), JSON.stringify({ models: { signedBy: [readFileSync(at('key.pub.pem'), 'utf8')] } }));
    const next = (day: number): Ran => run('run', soc.name, '--workspace', soc.folder, '--now', moment(day, 1).toISOString());
    expect(next(32)).toMatchObject({ status: 0 });
    const { version } = ok('models', 'show', soc.name, '--workspace', soc.folder);
    const dir = join(soc.folder, '.byoml', 'models', soc.name, String(version));
    const named = `${soc.name}@${version}`;
    expect(ok('models', 'sign', named, '--key', 'key.pem', '--workspace', soc.folder)).toMatchObject({ model: dir });
    expect(ok('models', 'verify', named, '--workspace', soc.folder)).toMatchObject({ name: named });
    cpSync(at('model', 'model.sig'), join(dir, 'model.sig'));
    expect(next(32)).toMatchObject(refused('the signed one'));
    // The same bytes under --model are anybody's.
    rmSync(join(dir, 'model.sig'));
    cpSync(join(soc.folder, 'policy.yaml'), at('policy.yaml'));
    expect(run('explain', '--model', dir, '--data', 'a.csv', '--row', '1')).toMatchObject(refused('it is not signed'));
  });
});
