import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { refusal } from '../refusal.test.fixture.ts';
import { codeSigning, issue, serverAuthentication, type Issued, type Wanted } from './certificate.test.fixture.ts';
import { readAuthorities, readCertificates } from './certificates.ts';
import { chainFor } from './chain-for.ts';
import { modelSigningKey, modelVerificationKey } from './ec-keys.ts';
import { signModel } from './sign.ts';
import type { ModelFile } from './statement.ts';
import { judgeModel, verifyModel } from './verify.ts';

const files: ModelFile[] = [{ path: 'manifest.json', sha256: createHash('sha256').update('x').digest('hex') }];
const root = issue({ name: 'root', authority: true });
const middle = issue({ name: 'middle', authority: true, pathLength: 0 }, root);

/** Signed with the certificates in this order, whatever they say. */
const signed = (...chain: readonly Issued[]) => signModel({ name: 'm', files }, modelSigningKey((chain[0] as Issued).privatePem), readCertificates(chain.map(({ pem }) => pem).join(''), 'test'));
const trusting = (...authorities: readonly Issued[]) => ({ certificates: readAuthorities(authorities.map(({ pem }) => pem).join(''), 'test') });

test('a chain of certificates verifies by the authority at its end, and tells whose it is', () => {
  const signer = issue({ name: 'ann', use: codeSigning }, middle);
  const bundle = signed(signer, middle);
  expect(bundle.verificationMaterial).toEqual({ x509CertificateChain: { certificates: [signer, middle].map(({ pem }) => ({ rawBytes: readCertificates(pem, 'test')[0]?.raw.toString('base64') })) }, tlogEntries: [] });
  const hint = modelSigningKey(signer.privatePem).hint;
  expect(verifyModel(JSON.parse(JSON.stringify(bundle)), files, trusting(root)).signer).toEqual({ method: 'certificate', hint, subject: 'CN=ann', issuer: 'CN=middle' });
  expect(verifyModel(signed(signer, middle, root), files, trusting(issue({ name: 'other', authority: true }), root)).files).toBe(1);
  expect(verifyModel(signed(signer), files, trusting(middle)).name).toBe('m');
});

test('of two certificates of one authority the one that is still valid counts', () => {
  const early = issue({ name: 'root', authority: true, valid: [-3, -2] }, root);
  expect(verifyModel(signed(issue({}, root)), files, trusting(early, root)).name).toBe('m');
});

describe('refuses', () => {
  test.each<[string, Wanted, string]>([
    ['one that was over', { valid: [-3, -2] }, 'was valid until'],
    ['one that is not yet valid', { valid: [2, 3] }, 'is valid from'],
    ['one for other purposes', { usage: 0x20 }, 'is not for digital signatures'],
    ['one without a purpose', { usage: null }, 'is not for digital signatures'],
    ['one for servers', { use: serverAuthentication }, 'is not for signing code'],
    ['one with a condition that is not understood', { unknown: '551d1e' }, 'an extension that is not understood'],
  ])('as signer %s', (_, wanted, because) => {
    expect(refusal(() => verifyModel(signed(issue(wanted, middle), middle), files, trusting(root)))).toContain(because);
  });

  test.each<[string, Wanted, string]>([
    ['one of no authority', { authority: false, usage: 0x84 }, 'is not that of an authority'],
    ['one that must not issue', { authority: true, usage: 0x80 }, 'no trusted authority has issued'],
    ['one that was over', { authority: true, valid: [-3, -2] }, 'was valid until'],
    ['one with a condition that is not understood', { authority: true, unknown: '551d1e' }, 'an extension that is not understood'],
  ])('between signer and root %s', (_, wanted, because) => {
    const between = issue({ name: 'between', ...wanted }, root);
    expect(refusal(() => verifyModel(signed(issue({}, between), between), files, trusting(root)))).toContain(because);
  });

  test('more authorities than one allows', () => {
    const below = issue({ name: 'below', authority: true }, middle);
    expect(refusal(() => verifyModel(signed(issue({}, below), below, middle), files, trusting(root)))).toContain('allows fewer authorities');
  });

  test('a root that was over, of another key under the same name, or that nobody trusts', () => {
    const over = issue({ name: 'over', authority: true, valid: [-3, -2] });
    expect(refusal(() => verifyModel(signed(issue({}, over)), files, trusting(over)))).toContain('was valid until');
    for (const others of [[issue({ name: 'root', authority: true })], [issue({ name: 'other', authority: true })]]) expect(refusal(() => verifyModel(signed(issue({}, middle), middle, root), files, trusting(...others)))).toContain('no trusted authority has issued');
    expect(refusal(() => verifyModel(signed(issue({}, root)), files, {}))).toContain('no authority is trusted');
  });

  test('a chain that brings the key of somebody else', () => {
    const [victim, thief] = [issue({}, root), issue({}, root)];
    const bundle = { ...signed(thief), verificationMaterial: signed(victim).verificationMaterial };
    for (const trust of [trusting(root), {}]) expect(refusal(() => judgeModel(bundle, files, trust))).toContain('it is not that of its certificate');
  });

  test('what is no certificate, and a bundle with two kinds of proof', () => {
    const bundle = signed(issue({}, root));
    const holding = (material: object): unknown => ({ ...bundle, verificationMaterial: material });
    for (const rawBytes of ['AAAA', Buffer.from('MII').toString('base64')]) expect(refusal(() => verifyModel(holding({ x509CertificateChain: { certificates: [{ rawBytes }] } }), files, trusting(root)))).toContain('it is not a certificate');
    expect(refusal(() => verifyModel(holding({ ...bundle.verificationMaterial, publicKey: {} }), files, trusting(root)))).toContain('exactly one');
    expect(refusal(() => verifyModel(holding({ tlogEntries: [] }), files, trusting(root)))).toContain('exactly one');
  });
});

test('a certificate does not count as a bare key, nor a bare key as a certificate', () => {
  const signer = issue({}, root);
  const key = modelSigningKey(signer.privatePem);
  expect(refusal(() => verifyModel(signed(signer), files, { keys: [modelVerificationKey(key.publicPem)] }))).toContain('no authority is trusted');
  expect(refusal(() => verifyModel(signModel({ name: 'm', files }, key), files, trusting(root)))).toContain('is not trusted for models');
});

test('nothing is signed that nobody could verify', () => {
  const signer = issue({}, middle);
  const key = modelSigningKey(signer.privatePem);
  expect(chainFor(key, signer.pem + middle.pem, new Date())).toHaveLength(2);
  const faults: ReadonlyArray<readonly [string, Issued, string]> = [
    [middle.pem + signer.pem, signer, 'is not that of the key'],
    [signer.pem + root.pem, signer, 'CN=root has not issued the certificate of CN=signer'],
    ['no certificate', signer, 'it has 0 certificates'],
  ];
  for (const [pem, of, because] of faults) expect(refusal(() => chainFor(modelSigningKey(of.privatePem), pem, new Date()))).toContain(because);
  const over = issue({ valid: [-3, -2] }, middle);
  expect(refusal(() => chainFor(modelSigningKey(over.privatePem), over.pem, new Date()))).toContain('was valid until');
});

test('only authorities can be trusted', () => {
  expect(refusal(() => readAuthorities(issue().pem, 'models.certificates'))).toContain('is not that of an authority');
});
