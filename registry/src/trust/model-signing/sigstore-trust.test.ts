import { createHash } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { claims, mockSigstore, type Claims, type MockSigstore } from '../sigstore/pipeline.test.fixture.ts';
import { readTrustedRoot } from '../sigstore/trusted-root.ts';
import { generateModelKey, modelSigningKey } from './ec-keys.ts';
import { signModel } from './sign.ts';
import { sigstoreTrust } from './sigstore-trust.ts';
import type { ModelFile } from './statement.ts';
import { judgeModel, verifyModel } from './verify.ts';

const files: ModelFile[] = [{ path: 'manifest.json', sha256: createHash('sha256').update('x').digest('hex') }];
const identity = { issuer: 'https://token.actions.githubusercontent.com', repository: 'https://github.com/acme/detections', workflow: '.github/workflows/publish.yml', ref: 'refs/heads/main' };
/** The statement that a signer makes over these files. */
const statement = JSON.parse(Buffer.from(signModel({ name: 'm', files }, modelSigningKey(generateModelKey().privatePem)).dsseEnvelope.payload, 'base64').toString()) as unknown;

let sigstore: MockSigstore;
let good: any;
beforeAll(async () => {
  sigstore = await mockSigstore();
  good = await by({});
});
const by = (named: Claims): Promise<any> => sigstore.bundle({ claims: { ...claims, ...named }, statement });
const trusting = (pinned: object = {}, root = sigstore.trustedRoot) => ({ sigstore: sigstoreTrust(readTrustedRoot(root), [{ ...identity, workflow: 'other.yml', ref: 'refs/heads/other' }, { ...identity, ...pinned }]) });

test('a model that a pinned pipeline has signed verifies without a network, and tells which it was', () => {
  expect(verifyModel(good, files, trusting()).signer).toMatchObject({ method: 'sigstore', identity });
});

test('another pipeline, another sigstore and none at all are not trusted', async () => {
  expect(judgeModel(await by({ 14: 'refs/heads/evil', 18: 'https://github.com/acme/detections/.github/workflows/publish.yml@refs/heads/evil' }), files, trusting()).untrusted).toContain('its ref is refs/heads/evil');
  expect(judgeModel(good, files, trusting({ repository: 'https://github.com/acme/other' })).untrusted).toContain('its repository is');
  const stranger = await mockSigstore();
  expect(judgeModel(good, files, trusting({}, stranger.trustedRoot)).untrusted).toContain('sigstore does not accept it');
  expect(judgeModel(good, files, {}).untrusted).toContain('no pipeline is trusted');
});

test('without its log entry, or with that of another signature, a certificate of sigstore proves nothing', async () => {
  const other = await by({});
  for (const tlogEntries of [[], other.verificationMaterial.tlogEntries]) expect(judgeModel({ ...good, verificationMaterial: { ...good.verificationMaterial, tlogEntries } }, files, trusting()).untrusted).toBeDefined();
});

test('a changed file or another statement is refused, whoever signed', async () => {
  expect(() => judgeModel(good, [...files, { path: 'evil.bin', sha256: files[0]?.sha256 ?? '' }], trusting())).toThrow(/evil\.bin was not signed/);
  const provenance = await sigstore.bundle({ claims, statement: { ...(statement as object), predicateType: 'https://slsa.dev/provenance/v1' } });
  expect(() => judgeModel(provenance, files, trusting())).toThrow(/predicateType/);
});
