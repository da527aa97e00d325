import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { readAuthorities } from './certificates.ts';
import { modelVerificationKey } from './ec-keys.ts';
import { byCertificate, byKey, signedFiles } from './openssf.test.fixture.ts';
import type { ModelFile } from './statement.ts';
import { verifyModel } from './verify.ts';

const filesOf = (texts: Readonly<Record<string, string>>): ModelFile[] => Object.entries(texts).map(([path, text]) => ({ path, sha256: createHash('sha256').update(text).digest('hex') }));
const files = filesOf(signedFiles);
const keys = [modelVerificationKey(byKey.publicPem)];
const certificates = readAuthorities(byCertificate.authorityPem, 'test');

test('what the reference implementation signed with a key verifies', () => {
  expect(verifyModel(JSON.parse(byKey.signature), files, { keys })).toEqual({ name: 'model', digest: 'e7298e8301229bd91ea65b728096aa854f43355ef36fefee57089ce417d1210c', files: 2, signer: { method: 'key', hint: keys[0]?.hint } });
});

test('what the reference implementation signed with a certificate verifies', () => {
  expect(verifyModel(JSON.parse(byCertificate.signature), files, { certificates }).signer).toMatchObject({ method: 'certificate', subject: 'CN=ann', issuer: 'CN=Test authority' });
});

test.each([
  ['key', byKey.signature, { keys }],
  ['certificate', byCertificate.signature, { certificates }],
])('its %s vouches for no other file', (_, signature, trust) => {
  const others = [filesOf({ ...signedFiles, 'manifest.json': '{"name":"rare-hours"}\n' }), filesOf({ ...signedFiles, more: '' }), files.slice(1)];
  for (const other of others) expect(() => verifyModel(JSON.parse(signature), other, trust)).toThrow(expect.objectContaining({ code: 'TRUST_REFUSED' }));
  expect(() => verifyModel(JSON.parse(signature), files, { keys: [], certificates: [] })).toThrow(expect.objectContaining({ code: 'TRUST_REFUSED' }));
});
