import { createHash } from 'node:crypto';
import { bundleFromJSON, bundleToJSON } from '@sigstore/bundle';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { isByomlError } from '@byoml/core';
import { claims, mockSigstore, statement, type Claims, type MockSigstore } from './pipeline.test.fixture.ts';
import { expectedIdentitySchema, type ExpectedIdentity } from './identity.ts';
import { readTrustedRoot } from './trusted-root.ts';
import { verifyProvenance, type ExpectedProvenance } from './verify-bundle.ts';

const integrityOf = (text: string): string => `sha512-${createHash('sha512').update(text).digest('base64')}`;
const subject = { name: '@acme/rare-hour', version: '1.2.0', integrity: integrityOf('tarball') };
const identity: ExpectedIdentity = expectedIdentitySchema.parse({
  issuer: 'https://token.actions.githubusercontent.com',
  repository: 'https://github.com/acme/detections',
  workflow: '.github/workflows/publish.yml',
  ref: 'refs/heads/main',
});

let sigstore: MockSigstore;
let good: Record<string, any>;
beforeAll(async () => {
  sigstore = await mockSigstore();
  good = await sigstore.bundle({ claims, statement: statement(subject) });
});

const verify = (bundle: unknown, expected: Partial<ExpectedProvenance> = {}) => verifyProvenance(bundle, { ...subject, identity, trustedRoot: readTrustedRoot(sigstore.trustedRoot), ...expected });
const refusal = (bundle: unknown, expected: Partial<ExpectedProvenance> = {}): string => {
  try {
    return expect.fail(`accepted ${JSON.stringify(verify(bundle, expected))}`);
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'TRUST_REFUSED' });
    return (thrown as Error).message;
  }
};
const by = (changed: Claims): Promise<Record<string, any>> => sigstore.bundle({ claims: { ...claims, ...changed }, statement: statement(subject) });
const about = (changed: object): Promise<Record<string, any>> => sigstore.bundle({ claims, statement: { ...statement(subject), ...changed } });
const changed = (change: (bundle: any) => void): unknown => {
  const copy = structuredClone(good);
  change(copy);
  return copy;
};
/** The same text with another bit in the middle of what it encodes. */
const flipped = (base64: string): string => {
  const bytes = Buffer.from(base64, 'base64');
  bytes[bytes.length >> 1]! ^= 1;
  return bytes.toString('base64');
};

test('what the pinned pipeline built is accepted, and says whence it is', () => {
  expect(verify(good)).toEqual({ ...identity, environment: 'release', commit: claims[13], run: claims[21] });
  expect(verify(good, { identity: { ...identity, environment: 'release' } }).environment).toBe('release');
});

test('a bundle is accepted as the library of the npm client writes it, and in the older form with a chain', () => {
  const written = JSON.parse(JSON.stringify(bundleToJSON(bundleFromJSON(good)))) as Record<string, any>;
  expect(written['verificationMaterial'].tlogEntries[0].inclusionProof).not.toHaveProperty('logIndex');
  expect(verify(written)).toEqual(verify(good));
  const { certificate, ...rest } = good['verificationMaterial'];
  for (const version of ['0.1', '0.2']) expect(verify({ ...good, mediaType: `application/vnd.dev.sigstore.bundle+json;version=${version}`, verificationMaterial: { ...rest, x509CertificateChain: { certificates: [certificate] } } })).toEqual(verify(good));
});

describe('a valid bundle of another pipeline is refused', () => {
  const repository = claims[12] as string;
  test.each<[string, Claims, string]>([
    ['another workflow of the repository', { 18: `${repository}/.github/workflows/hijacked.yml@refs/heads/main` }, 'its workflow is .github/workflows/hijacked.yml, the pinned one .github/workflows/publish.yml'],
    ['another ref', { 14: 'refs/heads/evil', 18: `${repository}/.github/workflows/publish.yml@refs/heads/evil` }, 'its ref is refs/heads/evil, the pinned one refs/heads/main'],
    ['a workflow from another ref', { 18: `${repository}/.github/workflows/publish.yml@refs/heads/evil` }, 'its workflow is'],
    ['another repository', { 12: 'https://github.com/mallory/detections', 18: 'https://github.com/mallory/detections/.github/workflows/publish.yml@refs/heads/main' }, 'its repository is https://github.com/mallory/detections'],
    ['a repository whose name only begins like it', { 12: `${repository}-fork`, 18: `${repository}-fork/.github/workflows/publish.yml@refs/heads/main` }, 'its repository is'],
    ['another repository\'s workflow', { 18: 'https://github.com/mallory/detections/.github/workflows/publish.yml@refs/heads/main' }, 'its workflow is https://github.com/mallory'],
    ['another issuer', { 8: 'https://accounts.example' }, 'its issuer is https://accounts.example'],
    ['no workflow', { 18: null }, 'names no workflow'],
    ['no repository', { 12: null }, 'names no repository'],
    ['no issuer', { 8: null }, 'names no issuer'],
  ])('%s', async (_, named, because) => {
    expect(refusal(await by(named))).toContain(because);
  });

  test.each<[string | null]>([['staging'], [null]])('another environment, where one is pinned: %s', async (environment) => {
    const bundle = await by({ 23: environment });
    expect(refusal(bundle, { identity: { ...identity, environment: 'release' } })).toContain(`its environment is ${environment ?? 'not named'}, the pinned one release`);
    expect(verify(bundle).environment).toBe(environment);
  });
});

test('a pinned ref follows the version', async () => {
  const [ref, workflow] = ['refs/tags/@acme/rare-hour@1.2.0', '.github/workflows/publish.yml'];
  const bundle = await by({ 14: ref, 18: `${claims[12]}/${workflow}@${ref}` });
  expect(verify(bundle, { identity: { ...identity, ref: 'refs/tags/{name}@{version}' } }).ref).toBe(ref);
  expect(refusal(bundle, { identity: { ...identity, ref: 'refs/tags/v{version}' } })).toContain('the pinned one refs/tags/v1.2.0');
});

test('GitLab writes two slashes before its workflow', async () => {
  const repository = 'https://gitlab.com/acme/soc/detections';
  const bundle = await by({ 8: 'https://gitlab.com', 12: repository, 18: `${repository}//.gitlab-ci.yml@refs/heads/main`, 23: null });
  expect(verify(bundle, { identity: { ...identity, issuer: 'https://gitlab.com', repository, workflow: '.gitlab-ci.yml' } }).workflow).toBe('.gitlab-ci.yml');
});

describe('a statement about something else is refused', () => {
  test.each<[string, Partial<ExpectedProvenance>, string]>([
    ['another tarball', { integrity: integrityOf('other') }, 'it is about a tarball with the SHA-512'],
    ['another version', { version: '1.2.1' }, 'it is about pkg:npm/%40acme/rare-hour@1.2.0, not pkg:npm/%40acme/rare-hour@1.2.1'],
    ['another package', { name: '@acme/other' }, 'it is about pkg:npm/%40acme/rare-hour'],
  ])('%s', (_, expected, because) => {
    expect(refusal(good, expected)).toContain(because);
  });

  test.each<[string, object]>([
    ['two subjects', { subject: [...statement(subject).subject, ...statement(subject).subject] }],
    ['no subject', { subject: [] }],
    ['another kind of statement', { predicateType: 'https://github.com/npm/attestation/tree/main/specs/publish/v0.1' }],
    ['no in-toto statement', { _type: 'https://example.org' }],
  ])('%s', async (_, with_) => {
    expect(refusal(await about(with_))).toContain('provenance of @acme/rare-hour@1.2.0');
  });
});

describe('a bundle that does not hold is refused', () => {
  test.each<[string, (bundle: any) => void]>([
    ['changed signature', (bundle) => (bundle.dsseEnvelope.signatures[0].sig = flipped(bundle.dsseEnvelope.signatures[0].sig))],
    ['changed statement', (bundle) => (bundle.dsseEnvelope.payload = Buffer.from(JSON.stringify(statement({ ...subject, version: '6.6.6' }))).toString('base64'))],
    ['changed certificate', (bundle) => (bundle.verificationMaterial.certificate.rawBytes = flipped(bundle.verificationMaterial.certificate.rawBytes))],
    ['changed log entry', (bundle) => (bundle.verificationMaterial.tlogEntries[0].canonicalizedBody = flipped(bundle.verificationMaterial.tlogEntries[0].canonicalizedBody))],
    ['changed promise of the log', (bundle) => (bundle.verificationMaterial.tlogEntries[0].inclusionPromise.signedEntryTimestamp = flipped(bundle.verificationMaterial.tlogEntries[0].inclusionPromise.signedEntryTimestamp))],
    ['changed time', (bundle) => (bundle.verificationMaterial.tlogEntries[0].integratedTime = '1')],
    ['the same entry twice', (bundle) => bundle.verificationMaterial.tlogEntries.push(bundle.verificationMaterial.tlogEntries[0])],
  ])('%s', (_, change) => {
    expect(refusal(changed(change))).toContain('sigstore does not accept it');
  });

  test('the log entry of another bundle', async () => {
    const other = await by({});
    expect(refusal(changed((bundle) => (bundle.verificationMaterial.tlogEntries = other['verificationMaterial'].tlogEntries)))).toContain('sigstore does not accept it');
  });

  test('an authority that nobody trusts', async () => {
    const stranger = await mockSigstore();
    expect(refusal(await stranger.bundle({ claims, statement: statement(subject) }))).toContain('sigstore does not accept it');
  });

  test('an authority or a log that was no longer trusted when it was used', () => {
    for (const part of ['certificateAuthorities', 'tlogs', 'ctlogs'] as const) {
      const root = structuredClone(sigstore.trustedRoot);
      const validFor = { start: '2020-01-01T00:00:00Z', end: '2021-01-01T00:00:00Z' };
      if (part === 'certificateAuthorities') root[part][0].validFor = validFor;
      else root[part][0].publicKey.validFor = validFor;
      expect([part, refusal(good, { trustedRoot: readTrustedRoot(root) })]).toEqual([part, expect.stringContaining('sigstore does not accept it')]);
    }
  });

  test('a certificate that was over when it signed', async () => {
    const early = await mockSigstore({ certified: new Date(Date.now() - 3_600_000) });
    const bundle = await early.bundle({ claims, statement: statement(subject) });
    expect(refusal(bundle, { trustedRoot: readTrustedRoot(early.trustedRoot) })).toContain('sigstore does not accept it');
  });
});

describe('a hostile bundle is refused by its shape', () => {
  let deep: unknown = 'x';
  for (let level = 0; level < 100_000; level++) deep = [deep];

  test.each<[string, (bundle: any) => unknown, string]>([
    ['wrong media type', (bundle) => (bundle.mediaType = 'application/json'), 'mediaType'],
    ['unknown version', (bundle) => (bundle.mediaType = 'application/vnd.dev.sigstore.bundle.v0.9+json'), 'mediaType'],
    ['a bare key', (bundle) => (bundle.verificationMaterial.publicKey = { hint: 'x' }), 'verificationMaterial'],
    ['no certificate', (bundle) => delete bundle.verificationMaterial.certificate, 'sigstore does not accept it'],
    ['no log entry', (bundle) => (bundle.verificationMaterial.tlogEntries = []), 'tlogEntries'],
    ['five log entries', (bundle) => (bundle.verificationMaterial.tlogEntries = Array.from({ length: 5 }, () => bundle.verificationMaterial.tlogEntries[0])), 'tlogEntries'],
    ['two signatures', (bundle) => bundle.dsseEnvelope.signatures.push(bundle.dsseEnvelope.signatures[0]), 'signatures'],
    ['another payload type', (bundle) => (bundle.dsseEnvelope.payloadType = 'text/plain'), 'payloadType'],
    ['a payload of 3 MiB', (bundle) => (bundle.dsseEnvelope.payload = 'A'.repeat(3 << 20)), 'payload'],
    ['no base64', (bundle) => (bundle.dsseEnvelope.signatures[0].sig = 'not base64!'), 'sig'],
    ['deep nesting', (bundle) => (bundle.verificationMaterial.tlogEntries[0].inclusionProof.hashes = deep), 'hashes'],
    ['something unknown beside it', (bundle) => (bundle.extra = 1), 'provenance'],
  ])('%s', (_, change, because) => {
    expect(refusal(changed(change))).toContain(because);
  });

  test('whatever it is, it is refused with a code', () => {
    fc.assert(fc.property(fc.oneof(fc.anything(), fc.json().map((text) => JSON.parse(text) as unknown)), (value) => {
      try {
        verify(value);
        expect.fail('accepted');
      } catch (thrown) {
        if (!isByomlError(thrown)) throw thrown;
      }
    }), { numRuns: 50 });
  });
});

test.each<[string, (root: any) => unknown]>([
  ['another media type', (root) => (root.mediaType = 'application/json')],
  ['no authority', (root) => (root.certificateAuthorities = [])],
  ['no log', (root) => (root.tlogs = [])],
  ['a key that is none', (root) => (root.tlogs[0].publicKey.rawBytes = 'AAAA')],
])('a trusted root with %s is refused', (_, change) => {
  const root = structuredClone(sigstore.trustedRoot);
  change(root);
  expect(() => readTrustedRoot(root)).toThrow(expect.objectContaining({ code: 'TRUST_REFUSED' }));
});
