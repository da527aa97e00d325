import { mkdtempDisposable, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openModelFolder, writeModelFolder, writeSignature } from '@byoml/core/models';
import { issue } from '../trust/model-signing/certificate.test.fixture.ts';
import { generateModelKey, modelSigningKey, modelVerificationKey } from '../trust/model-signing/ec-keys.ts';
import { openModelAdmission } from './model-admission.ts';
import { makeModelKey, readModelKey } from './model-key-file.ts';
import { namedTrust } from './named-trust.ts';
import { readChain } from './read-chain.ts';
import { signFolder, type SigningWith } from './sign-folder.ts';
import { verifyFolder } from './verify-folder.ts';

const manifest = { algorithm: { address: 'a/b', version: '1.0.0', settings: {} }, seed: 7, window: null, rows: 1, data: { digest: 'd' }, code: { core: '0', plugin: '0' }, calibrated: false, provisional: false };
const run = { signal: new AbortController().signal, progress: () => {} };
const [ours, others] = [generateModelKey(), generateModelKey()];
const hint = modelVerificationKey(ours.publicPem).hint;

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let count = 0;
beforeAll(async () => { folder = await mkdtempDisposable(join(tmpdir(), 'byoml-signed-')); });
afterAll(() => folder[Symbol.asyncDispose]());
const at = (name: string): string => join(folder.path, name);

/** A model folder, signed where somebody is named. */
async function model(signing?: SigningWith, content = 'weights'): Promise<string> {
  const dir = at(`model-${count++}`);
  await writeModelFolder(dir, manifest, (files) => files.write('model/weights.bin', Buffer.from(content)));
  if (signing) await signFolder({ folder: dir, name: 'm', with: () => Promise.resolve(signing) }, run);
  return dir;
}
const by = (pair: { readonly privatePem: string }): SigningWith => ({ key: modelSigningKey(pair.privatePem) });

/** What loading the folder under a policy warns of. */
async function load(dir: string, models?: object, own = false): Promise<string[]> {
  const named = at(`policy-${count++}.yaml`);
  await writeFile(named, JSON.stringify(models ? { models } : {}));
  const warnings: string[] = [];
  const admit = await openModelAdmission({ workspace: folder.path, named, warn: (text) => warnings.push(text) });
  const { listed, signature } = await openModelFolder(dir);
  for (let again = 0; again < 2; again++) admit({ folder: dir, listed, signature, own });
  return warnings;
}
const refused = (because: string | RegExp) => ({ code: 'TRUST_REFUSED', exit: 5, message: expect.stringMatching(because) });

test('a policy that names keys needs one of them, unless it says that none is required', async () => {
  const trusting = { signedBy: [ours.publicPem] };
  expect(await load(await model(by(ours)), trusting)).toEqual([]);
  await expect(load(await model(by(others)), trusting)).rejects.toMatchObject(refused('is not trusted for models'));
  await expect(load(await model(), trusting)).rejects.toMatchObject(refused('it is not signed'));
  const lenient = { ...trusting, required: false };
  expect(await load(await model(by(ours)), lenient)).toEqual([]);
  expect(await load(await model(), lenient)).toEqual([]);
  expect(await load(await model(by(others)), lenient)).toEqual([expect.stringContaining('nothing says to trust the signer')]);
});

test('without a policy an unknown signer is told once, with the key', async () => {
  expect(await load(await model(by(ours)))).toEqual([expect.stringContaining(`key ${hint}`)]);
  expect(await load(await model())).toEqual([]);
});

test('a signature of another model is refused, whatever the policy and whoever made the model', async () => {
  const [dir, other] = [await model(by(ours)), await model(by(ours), 'other')];
  await writeSignature(dir, await readFile(join(other, 'model.sig')));
  for (const models of [undefined, { signedBy: [ours.publicPem] }, { signedBy: [ours.publicPem], required: false }]) {
    for (const own of [false, true]) await expect(load(dir, models, own)).rejects.toMatchObject(refused('has the digest'));
  }
  for (const text of ['', 'x', '{}', 'null']) {
    await writeSignature(dir, Buffer.from(text));
    await expect(load(dir)).rejects.toMatchObject(refused(/model .*model signature/));
  }
});

test('a model of the workspace itself needs no signature, nor is its signer asked for', async () => {
  const required = { signedBy: [ours.publicPem] };
  expect([await load(await model(), required, true), await load(await model(by(others)), required, true), await load(await model(by(others)), undefined, true)]).toEqual([[], [], []]);
});

test('keys and authorities may be paths from the folder of the policy', async () => {
  const root = issue({ name: 'root', authority: true });
  const signer = issue({ name: 'ann' }, root);
  await Promise.all([writeFile(at('ours.pub.pem'), ours.publicPem), writeFile(at('ca.pem'), root.pem), writeFile(at('chain.pem'), signer.pem)]);
  const key = modelSigningKey(signer.privatePem);
  const certified = await model({ key, chain: await readChain(at('chain.pem'), key, new Date()) });
  expect(await load(certified, { certificates: ['ca.pem'] })).toEqual([]);
  expect(await load(await model(by(ours)), { certificates: ['ca.pem'], signedBy: ['./ours.pub.pem'] })).toEqual([]);
  expect(await load(certified)).toEqual([expect.stringContaining('CN=ann (certificate by CN=root)')]);
  await expect(load(certified, { certificates: ['missing.pem'] })).rejects.toMatchObject({ code: 'FILE_MISSING' });
  await expect(load(certified, { signedBy: ['ca.pem'] })).rejects.toMatchObject(refused('model key'));
});

test.each([[{}], [{ required: false }], [{ signedBy: [] }], [{ identities: [{}] }], [{ signedBy: ['x'], keys: [] }]])('a policy that says nothing about models under models is refused: %j', async (models) => {
  await expect(load(await model(), models)).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });
});

test('pipelines need a trusted root', async () => {
  const pipeline = { issuer: 'https://token.actions.githubusercontent.com', repository: 'https://github.com/acme/models', workflow: 'train.yml', ref: 'refs/heads/main' };
  await expect(load(await model(), { identities: [pipeline] })).rejects.toThrow('sigstore.trustedRoot');
});

test('a folder verifies with the keys that are named, or else with those of the policy', async () => {
  const dir = await model(by(ours));
  await writeFile(at('key.pub.pem'), ours.publicPem);
  await writeFile(at('named.yaml'), JSON.stringify({ models: { signedBy: [others.publicPem] } }));
  const place = { workspace: folder.path, named: at('named.yaml') };
  expect(await verifyFolder(dir, await namedTrust({ keys: [at('key.pub.pem')], certificates: [] }, place), run)).toEqual({ name: 'm', digest: expect.stringMatching(/^[0-9a-f]{64}$/), files: 3, signer: { method: 'key', hint } });
  await expect(verifyFolder(dir, await namedTrust({ keys: [], certificates: [] }, place), run)).rejects.toMatchObject(refused(`key ${hint} is not trusted`));
  await expect(verifyFolder(await model(), {}, run)).rejects.toMatchObject(refused('it is not signed'));
});

test('nothing is signed that is not intact, and a stop leaves no signature', async () => {
  const dir = await model();
  const stopped = { signal: AbortSignal.abort(new Error('stop')), progress: () => {} };
  await expect(signFolder({ folder: dir, name: 'm', with: () => expect.fail('asked for the key') }, stopped)).rejects.toThrow('stop');
  await writeFile(join(dir, 'model/weights.bin'), 'changed');
  await expect(signFolder({ folder: dir, name: 'm', with: () => expect.fail('asked for the key') }, run)).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
  await expect(stat(join(dir, 'model.sig'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test.skipIf(process.platform === 'win32')('nobody else can read a new key', async () => {
  await makeModelKey(at('mode.pem'));
  expect((await stat(at('mode.pem'))).mode & 0o777).toBe(0o600);
});

test('a new key has its public half beside it, and neither replaces a file', async () => {
  const { key, publicFile } = await makeModelKey(at('new.pem'));
  expect(publicFile).toBe(at('new.pub.pem'));
  expect(modelVerificationKey(await readFile(publicFile, 'utf8')).hint).toBe(key.hint);
  expect((await readModelKey(at('new.pem'))).hint).toBe(key.hint);
  await writeFile(at('taken.pub.pem'), '');
  for (const name of ['new.pem', 'taken.pem']) await expect(makeModelKey(at(name))).rejects.toMatchObject({ code: 'FOLDER_OCCUPIED' });
  await expect(stat(at('taken.pem'))).rejects.toMatchObject({ code: 'ENOENT' });
});
