import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { LightMyRequestResponse } from 'fastify';
import { integrityOf } from '../npm/tarball.ts';
import { signKeyChange } from '../trust/author/owner-key.ts';
import { signRelease, verifyRelease } from '../trust/author/release.ts';
import type { SigningKey } from '../trust/keys.ts';
import { publishBody, newKey, Rig, signal, tarballOf, trust } from './registry.test.fixture.ts';

const name = '@acme/odd';
const [key, other] = [newKey(), newKey()];

interface Sent {
  readonly key?: SigningKey;
  /** Whose word for the new key comes along. */
  readonly endorsedBy?: SigningKey;
  readonly changes?: object;
  readonly extra?: Readonly<Record<string, object>>;
}

/** What `byoml publish` sends, or `npm publish` when there is no key. */
function signed(version: string, { key: by, endorsedBy, changes, extra = {} }: Sent = {}): object {
  const tarball = tarballOf({ version });
  const body = publishBody({ version }, { tarball }) as { _attachments: Record<string, object> };
  if (by) {
    const envelope = signRelease({ name, version, integrity: integrityOf(tarball), manifest: null, created: '2026-01-05T12:00:00.000Z', ...changes }, by);
    const endorsement = endorsedBy && signKeyChange({ owner: 'author', to: by.public, created: new Date(0) }, endorsedBy);
    body._attachments[`${name}-${version}.byoml-signature.json`] = { content_type: 'application/vnd.byoml.signature+json', data: Buffer.from(JSON.stringify({ envelope, ...(endorsement && { endorsement }), key: by.public.hex })).toString('base64') };
  }
  Object.assign(body._attachments, extra);
  return body;
}

const send = (rig: Rig, version: string, sent?: Sent): Promise<LightMyRequestResponse> => rig.ask('PUT', '/@acme%2fodd', { by: 'author', body: signed(version, sent) });
const findings = async (rig: Rig, version: string): Promise<readonly { message: string }[]> => (await rig.ask('GET', `/-/byoml/v1/submissions/@acme/odd/${version}`, { by: 'author' })).json<{ findings: { message: string }[] }>().findings;

test('an author\'s signature and a sigstore bundle are kept as they came, and the card has both', async () => {
  await using rig = await Rig.open({ trust });
  const bundle = JSON.stringify({ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', dsseEnvelope: {} });
  expect((await send(rig, '1.0.0', { key, extra: { [`${name}-1.0.0.sigstore`]: { content_type: 'application/vnd.dev.sigstore.bundle.v0.3+json', data: bundle, length: bundle.length } } })).statusCode).toBe(201);
  const [published] = rig.registry.packages.history.of(name).events;
  if (published?.kind !== 'publish' || !published.signature) throw new Error('nothing was signed');
  expect(published).toMatchObject({ signer: key.public.hex, provenance: createHash('sha256').update(bundle).digest('hex') });
  expect((await rig.ask('GET', `/blobs/sha256/${published.provenance?.slice(0, 2)}/${published.provenance}`)).body).toBe(bundle);
  const card = (await rig.ask('GET', '/v1/cards/@acme/odd/1.0.0.json')).json<{ author: { key: string; envelope: unknown }; integrity: string; provenance: unknown }>();
  expect(card).toMatchObject({ author: { key: key.public.hex }, provenance: JSON.parse(bundle) as object });
  expect(() => verifyRelease(card.author.envelope, { name, version: '1.0.0', integrity: card.integrity, manifest: null }, [key.public])).not.toThrow();
});

test.each<[string, object]>([['bytes', { integrity: integrityOf(new Uint8Array([1])) }], ['version', { version: '1.0.1' }], ['name', { name: '@acme/even' }], ['manifest', { manifest: 'a'.repeat(64) }]])('a signature over another %s is refused, and nothing of the version stays', async (what, changes) => {
  await using rig = await Rig.open({ trust });
  const response = await send(rig, '1.0.0', { key, changes });
  expect([response.statusCode, response.json()]).toMatchObject([422, { error: { code: 'PUBLISH_REFUSED', details: { state: 'REJECTED', findings: [{ check: 'author-key', message: expect.stringContaining(what === 'bytes' ? 'integrity' : what) }] } } }]);
  expect(rig.registry.packages.history.head.number).toBe(0);
  expect((await send(rig, '1.0.0')).statusCode).toBe(201);
});

test('a signature by another key than it says is refused', async () => {
  await using rig = await Rig.open({ trust });
  const body = signed('1.0.0', { key }) as { _attachments: Record<string, { data: string }> };
  const attachment = body._attachments[`${name}-1.0.0.byoml-signature.json`] as { data: string };
  attachment.data = Buffer.from(JSON.stringify({ ...(JSON.parse(Buffer.from(attachment.data, 'base64').toString()) as object), key: other.public.hex })).toString('base64');
  expect((await rig.ask('PUT', '/@acme%2fodd', { by: 'author', body })).statusCode).toBe(422);
});

test.each<[string, Record<string, object>]>([
  ['for another version', { '@acme/odd-9.9.9.byoml-signature.json': { content_type: 'application/vnd.byoml.signature+json', data: 'e30=' } }],
  ['of another type', { '@acme/odd-1.0.0.byoml-signature.json': { content_type: 'text/plain', data: 'e30=' } }],
  ['that is no JSON', { '@acme/odd-1.0.0.byoml-signature.json': { content_type: 'application/vnd.byoml.signature+json', data: 'AAAA' } }],
  ['with a bundle that is no JSON', { '@acme/odd-1.0.0.sigstore': { content_type: 'application/vnd.dev.sigstore.bundle.v0.3+json', data: '{' } }],
  ['with a bundle of an unknown type', { '@acme/odd-1.0.0.sigstore': { content_type: 'text/html', data: '{}' } }],
])('a signature %s is never taken for none', async (_, extra) => {
  await using rig = await Rig.open({ trust });
  expect((await send(rig, '1.0.0', { extra })).json()).toMatchObject({ error: { code: 'REQUEST_INVALID' } });
});

test('an update is held that another key has signed, or nobody, and what is held is never the measure', async () => {
  await using rig = await Rig.open({ trust });
  await send(rig, '1.0.0', { key });
  expect((await send(rig, '1.0.1', { key })).statusCode).toBe(201);
  for (const [version, sent, told] of [['1.1.0', { key: other }, 'has not endorsed'], ['1.2.0', {}, 'nobody has signed it'], ['1.3.0', { key: other }, 'has not endorsed'], ['0.9.0', {}, 'nobody has signed it']] as const) {
    const response = await send(rig, version, sent);
    expect([response.statusCode, response.json()]).toMatchObject([202, { state: 'QUARANTINED', visible: null }]);
    expect(String(response.headers['npm-notice'])).toContain(told);
    expect(await findings(rig, version)).toMatchObject([{ message: expect.stringContaining(told) }]);
  }
  expect(await rig.versions()).toEqual(['1.0.0', '1.0.1']);
  expect((await send(rig, '1.4.0', { key })).statusCode).toBe(201);
});

test('is held also when every version that was signed has been withdrawn', async () => {
  await using rig = await Rig.open({ trust });
  await send(rig, '1.0.0', { key });
  const { _rev } = (await rig.ask('GET', '/@acme/odd')).json<{ _rev: string }>();
  await rig.ask('DELETE', `/@acme%2fodd/-rev/${_rev}`, { by: 'author' });
  expect((await send(rig, '2.0.0')).statusCode).toBe(202);
});

test('the old key\'s word lets a new key in, and a stranger\'s word is refused', async () => {
  await using rig = await Rig.open({ trust });
  await send(rig, '1.0.0', { key });
  expect((await send(rig, '1.1.0', { key: other, endorsedBy: newKey() })).statusCode).toBe(422);
  expect((await send(rig, '1.1.0', { key: other, endorsedBy: key })).statusCode).toBe(201);
  expect((await send(rig, '1.2.0', { key: other })).statusCode).toBe(201);
  expect((await send(rig, '1.3.0', { key })).statusCode).toBe(202);
  await rig.registry.packages.rebuild(signal);
  expect((await rig.ask('GET', '/v1/cards/@acme/odd/1.1.0.json')).json()).toMatchObject({ author: { endorsement: expect.any(Object) } });
});
