import { createHash, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { preAuthentication } from '../dsse.ts';
import { generateKey } from '../keys.ts';
import { refusal } from '../refusal.test.fixture.ts';
import { generateModelKey, modelSigningKey, modelVerificationKey } from './ec-keys.ts';
import { signModel, type ModelBundle } from './sign.ts';
import { payloadType, type ModelFile } from './statement.ts';
import { verifyModel } from './verify.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const file = (path: string, text = path): ModelFile => ({ path, sha256: sha256(text) });
const files = [file('weights/b.safetensors'), file('weights.json'), file('manifest.json'), file('𝒳.bin'), file('\uffeeend.bin')];
const pair = generateModelKey();
const signer = modelSigningKey(pair.privatePem);
const keys = [modelVerificationKey(pair.publicPem)];
const bundle = signModel({ name: 'model', files }, signer);

type Statement = { [name: string]: unknown; predicate: { [name: string]: unknown; resources: { [name: string]: unknown }[]; serialization: { [name: string]: unknown } }; subject: { name: string; digest: { sha256: string } }[] };
const statement = (): Statement => JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString()) as Statement;
/** Signed by the trusted key over any other statement. */
const resigned = (value: unknown, text = JSON.stringify(value)): ModelBundle => {
  const payload = new TextEncoder().encode(text);
  return { ...bundle, dsseEnvelope: { payload: Buffer.from(payload).toString('base64'), payloadType, signatures: [{ sig: Buffer.from(signer.sign(preAuthentication(payloadType, payload))).toString('base64'), keyid: '' }] } };
};

test('a signed folder verifies, in any order of its files and after a trip through JSON', () => {
  const digest = createHash('sha256').update(Buffer.concat(['manifest.json', 'weights.json', 'weights/b.safetensors', '\uffeeend.bin', '𝒳.bin'].map((name) => Buffer.from(sha256(name), 'hex')))).digest('hex');
  expect(verifyModel(JSON.parse(JSON.stringify(bundle)), files.toReversed(), { keys })).toEqual({ name: 'model', digest, files: 5, signer: { method: 'key', hint: signer.hint } });
});

test('the bundle is what the specification shows', () => {
  expect(bundle).toMatchObject({ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', verificationMaterial: { publicKey: { hint: sha256(pair.publicPem) } }, dsseEnvelope: { payloadType: 'application/vnd.in-toto+json' } });
  const { predicate, ...rest } = statement();
  expect(rest).toMatchObject({ _type: 'https://in-toto.io/Statement/v1', predicateType: 'https://model_signing/signature/v1.0' });
  expect(predicate.serialization).toEqual({ method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: ['model.sig'] });
  expect(predicate.resources.map(({ name }) => name)).toEqual(['manifest.json', 'weights.json', 'weights/b.safetensors', '\uffeeend.bin', '𝒳.bin']);
});

test.each(['P-256', 'P-384', 'P-521'])('keys on %s sign and verify', (namedCurve) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const signed = signModel({ name: 'm', files }, modelSigningKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()));
  expect(verifyModel(signed, files, { keys: [...keys, modelVerificationKey(publicKey.export({ type: 'spki', format: 'pem' }).toString())] }).name).toBe('m');
});

test('key types that the specification does not name are refused', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const pem of [generateKey(), other, '', 'x']) refusal(() => modelSigningKey(pem));
  for (const pem of [pair.privatePem, '', 'x']) refusal(() => modelVerificationKey(pem));
});

describe('refuses', () => {
  test.each([
    ['an extra file', [...files, file('evil.bin')], 'evil.bin was not signed'],
    ['an extra file that the signer ignored', [...files, file('model.sig')], 'model.sig was not signed'],
    ['a hidden extra file', [...files, file('weights/.evil')], 'weights/.evil was not signed'],
    ['a missing file', files.slice(1), 'weights/b.safetensors was signed but is missing'],
    ['a changed file', [...files.slice(0, -1), file('\uffeeend.bin', 'evil')], 'end.bin has the digest'],
    ['a renamed file', [...files.slice(1), file('weights/c.safetensors', 'weights/b.safetensors')], 'weights/b.safetensors was signed but is missing'],
    ['two files that changed places', [file('weights/b.safetensors', 'weights.json'), file('weights.json', 'weights/b.safetensors'), ...files.slice(2)], 'has the digest'],
    ['a file listed twice', [...files, files[0] as ModelFile], 'is listed twice'],
    ['another case', [...files.slice(0, 1), file('Weights.json', 'weights.json'), ...files.slice(2)], 'weights.json was signed but is missing'],
    ['no file', [], 'between 1 and'],
  ])('%s', (_, given, because) => {
    expect(refusal(() => verifyModel(bundle, given, { keys }))).toContain(because);
  });

  test.each(['../a', '/a', 'a//b', 'a/./b', 'a/', './a', '', 'a\\b', 'a\u0000b', '.git/config', '.gitattributes', 'model.sig', '\ud800'])('to sign the path %j', (path) => {
    refusal(() => signModel({ name: 'm', files: [...files, file(path, 'x')] }, signer));
  });

  test('another key, no key, and a hint that belongs to another key', () => {
    const other = generateModelKey();
    expect(refusal(() => verifyModel(bundle, files, { keys: [modelVerificationKey(other.publicPem)] }))).toContain(`key ${signer.hint} is not trusted`);
    refusal(() => verifyModel(bundle, files, {}));
    const stolen = { ...signModel({ name: 'm', files }, modelSigningKey(other.privatePem)), verificationMaterial: bundle.verificationMaterial };
    expect(refusal(() => verifyModel(stolen, files, { keys }))).toContain('it is not that of the key that it names');
  });

  test('a key that the bundle brings along', () => {
    const own = generateModelKey();
    const signed = signModel({ name: 'm', files }, modelSigningKey(own.privatePem));
    refusal(() => verifyModel({ ...signed, verificationMaterial: { publicKey: { rawBytes: Buffer.from(own.publicPem).toString('base64') } } }, files, { keys }));
  });

  test.each([
    ['shards', (value: Statement) => (value.predicate.serialization['method'] = 'shards'), 'only whole files'],
    ['another hash', (value: Statement) => (value.predicate.serialization['hash_type'] = 'blake3'), 'hash_type'],
    ['another predicate', (value: Statement) => (value['predicateType'] = 'https://model_signing/Digests/v0.1'), 'predicateType'],
    ['another statement', (value: Statement) => (value['_type'] = 'https://in-toto.io/Statement/v0.1'), '_type'],
    ['no files', (value: Statement) => (value.predicate.resources = []), 'resources'],
    ['a file outside', (value: Statement) => ((value.predicate.resources[0] ?? {})['name'] = '../../evil'), 'no plain relative path'],
    ['a file twice', (value: Statement) => value.predicate.resources.push(value.predicate.resources[0] ?? {}), 'listed twice'],
    ['another root digest', (value: Statement) => value.subject.splice(0, 1, { name: 'm', digest: { sha256: sha256('x') } }), 'its digest of all files'],
    ['two subjects', (value: Statement) => value.subject.push({ name: 'm', digest: { sha256: sha256('x') } }), 'subject'],
  ])('%s, although the trusted key signed it', (_, change, because) => {
    const value = statement();
    change(value);
    expect(refusal(() => verifyModel(resigned(value), files, { keys }))).toContain(because);
  });
});

test('what the specification lets others write is read: other order, more fields, no hint, indented text', () => {
  const value = statement();
  value.predicate.resources.reverse();
  for (const resource of value.predicate.resources) resource['annotations'] = { any: 1 };
  const hash = createHash('sha256');
  for (const { digest } of value.predicate.resources) hash.update(Buffer.from(String(digest), 'hex'));
  value.subject = [{ name: 'other', digest: { sha256: hash.digest('hex') } }];
  value.predicate['more'] = {};
  delete value.predicate.serialization['ignore_paths'];
  const given = resigned(value, JSON.stringify(value, null, 2));
  expect(verifyModel({ ...given, verificationMaterial: { publicKey: { rawBytes: 'x', keyDetails: 'y' } }, dsseEnvelope: { ...given.dsseEnvelope, signatures: [{ sig: given.dsseEnvelope.signatures[0].sig, keyid: null }] } }, files, { keys }).name).toBe('other');
});

test('one changed byte of the payload, the signature or the type never verifies, and nothing crashes', () => {
  fc.assert(fc.property(fc.constantFrom('payload', 'sig', 'payloadType', 'mediaType'), fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (field, where, by) => {
    const copy = structuredClone(bundle) as unknown as { mediaType: string; dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string }[] } };
    const holder = (field === 'mediaType' ? copy : field === 'sig' ? copy.dsseEnvelope.signatures[0] : copy.dsseEnvelope) as unknown as Record<string, string>;
    const text = holder[field] ?? '';
    const at = where % text.length;
    holder[field] = `${text.slice(0, at)}${by}${text.slice(at + 1)}`;
    fc.pre(holder[field] !== text);
    refusal(() => verifyModel(copy, files, { keys }));
  }), { numRuns: 100 });
});

test('anything else in place of a bundle is refused with a code', () => {
  fc.assert(fc.property(fc.oneof(fc.anything(), fc.jsonValue().map((predicate) => resigned({ ...statement(), predicate }))), (given) => {
    refusal(() => verifyModel(given, files, { keys }));
  }), { numRuns: 100 });
});
