import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { ownerKey } from '../trust/author/owner-key.ts';
import { verifyRelease } from '../trust/author/release.ts';
import { generateKey, publicKey, signingKey } from '../trust/keys.ts';
import { staticAdmission } from '../server/static-admission.ts';
import { signal } from '../server/registry.test.fixture.ts';
import { serverAddress } from './ask-registry.ts';
import { ListeningRig, packedSample } from './author.test.fixture.ts';
import { checkPackage } from './check-package.ts';
import { sendPublication, type Publication } from './publication.ts';
import { publishedBefore, unasked } from './published-before.ts';

const now = new Date('2030-01-01T00:00:00Z');
const [key, oldKey] = [signingKey(generateKey()), signingKey(generateKey())];

/** What a registry would receive. */
async function received(publication: Publication): Promise<{ readonly request: IncomingMessage; readonly body: Record<string, any> }> {
  await using server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const arrived = once(server, 'request');
  const sent = sendPublication({ registry, token: 'secret' }, publication, signal);
  const [request, response] = (await arrived) as [IncomingMessage, ServerResponse];
  const body = (await json(request)) as Record<string, unknown>;
  response.setHeader('connection', 'close').end('{"state":"PASSED","visible":"2030-01-01T00:00:00.000Z"}');
  await sent;
  return { request, body };
}

test('is what npm sends, and beside the tarball what the author signed', async () => {
  const packed = await packedSample();
  const provenance = { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', text: '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}' };
  const { request, body } = await received({ packed, tag: 'next', key, endorsed: { by: oldKey, account: 'ann' }, provenance, now });
  expect([request.method, request.url, request.headers.authorization]).toEqual(['PUT', '/@example%2fquiet-hours', 'Bearer secret']);
  expect(body).toMatchObject({ _id: packed.name, name: packed.name, 'dist-tags': { next: '1.2.0' }, versions: { '1.2.0': { ...packed.packageJson, _id: `${packed.name}@1.2.0`, dist: { integrity: packed.integrity } } } });
  const { [`${packed.name}-1.2.0.tgz`]: tarball, [`${packed.name}-1.2.0.byoml-signature.json`]: signature, [`${packed.name}-1.2.0.sigstore`]: bundle, ...more } = body['_attachments'] as Record<string, { content_type: string; data: string; length: number }>;
  expect(more).toEqual({});
  expect(Buffer.from(tarball?.data ?? '', 'base64')).toEqual(Buffer.from(packed.tarball));
  expect([tarball?.length, signature?.content_type, bundle]).toEqual([packed.tarball.length, 'application/vnd.byoml.signature+json', { content_type: provenance.mediaType, data: provenance.text, length: provenance.text.length }]);
  const told = JSON.parse(Buffer.from(signature?.data ?? '', 'base64').toString()) as { envelope: unknown; endorsement: unknown; key: string };
  expect(verifyRelease(told.envelope, packed, [publicKey(told.key)])).toMatchObject({ signer: key.public, release: { created: now.toISOString(), manifest: packed.manifest } });
  expect(ownerKey({ owner: 'ann', pinned: [oldKey.public], offered: key.public, endorsement: told.endorsement })).toMatchObject({ kind: 'new key', endorsed: true });
});

test('arrives, and the next version is compared with it', async () => {
  await using listening = await ListeningRig.open({ admit: await staticAdmission(signal) });
  const access = await listening.access('author');
  const first = await packedSample();
  expect(await publishedBefore(access, first, signal)).toEqual({ account: 'author', previous: null, taken: new Map(), notCompared: [] });
  expect(await sendPublication(access, { packed: first, tag: 'latest', key, now }, signal)).toEqual({ state: 'PASSED', visible: new Date(listening.rig.now).toISOString() });
  expect(await listening.rig.versions(first.name)).toEqual(['1.2.0']);
  await expect(publishedBefore(access, first, signal)).rejects.toMatchObject({ code: 'VERSION_EXISTS' });

  const next = await packedSample({ version: '1.3.0', files: { 'byoml.plugin.json': JSON.stringify({ contract: 1, name: first.name, version: '1.3.0', capabilities: {}, components: [] }) } });
  const before = await publishedBefore(access, next, signal);
  expect(before).toMatchObject({ account: 'author', previous: { version: '1.2.0' }, notCompared: [] });
  const compared = await checkPackage(next, before, signal);
  expect(compared).toMatchObject({ state: 'REJECTED', findings: expect.arrayContaining([expect.objectContaining({ check: 'compatibility', where: 'byoml.plugin.json', hint: expect.any(String) })]) });
  expect(compared.checks.find(({ id }) => id === 'compatibility')?.findings.length).toBeGreaterThan(0);
  expect((await checkPackage(next, unasked, signal)).checks.find(({ id }) => id === 'compatibility')?.findings).toEqual([]);
  await expect(sendPublication(access, { packed: next, tag: 'latest', key, now }, signal)).rejects.toMatchObject({ code: 'PUBLISH_REFUSED', details: { state: 'REJECTED', findings: expect.arrayContaining([expect.objectContaining({ check: 'compatibility' })]) } });
});

test('a name like that of somebody else is found before it is sent', async () => {
  await using listening = await ListeningRig.open({ admit: await staticAdmission(signal) });
  await sendPublication(await listening.access('author'), { packed: await packedSample(), tag: 'latest', key, now }, signal);
  const packed = { ...(await packedSample()), name: '@example/quiet-hour' };
  const [stranger, owner] = [await publishedBefore(await listening.access('mallory'), packed, signal), await publishedBefore(await listening.access('author'), packed, signal)];
  const likeness = async (before: typeof stranger) => (await checkPackage(packed, before, signal)).checks.find(({ id }) => id === 'typosquat')?.findings.length;
  expect([await likeness(stranger), await likeness(owner), await likeness(unasked)]).toEqual([1, 0, 0]);
});

test('says what it could not compare with', async () => {
  await using listening = await ListeningRig.open({ cooldown: { newMs: 3_600_000, updateMs: 0 } });
  await sendPublication(await listening.access('author'), { packed: await packedSample(), tag: 'latest', key, now }, signal);
  const next = await packedSample({ version: '1.3.0' });
  for (const account of ['author', undefined]) expect((await publishedBefore(await listening.access(account), next, signal)).notCompared).toContain('Not compared with @example/quiet-hours@1.2.0, which the registry still hides.');
  expect((await publishedBefore(await listening.access(), next, signal)).notCompared).toHaveLength(2);
});

test('a registry that refuses, redirects, babbles or is not there is told', async () => {
  await using listening = await ListeningRig.open();
  const publication = { packed: await packedSample(), tag: 'latest', key, now };
  await expect(sendPublication({ registry: listening.url, token: 'byoml_wrong' }, publication, signal)).rejects.toMatchObject({ code: 'AUTHENTICATION_REQUIRED' });
  await sendPublication(await listening.access('author'), publication, signal);
  await expect(sendPublication(await listening.access('mallory'), { ...publication, packed: await packedSample({ version: '2.0.0' }) }, signal)).rejects.toMatchObject({ code: 'ACCESS_DENIED', message: expect.stringContaining('mallory') });
  const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
    redirect: (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    page: (response) => response.end('<html>'),
    failure: (response) => response.writeHead(500).end('{"error":"x"}'),
    cut: (response) => response.destroy(),
  };
  for (const answer of Object.values(answers)) {
    await using server = createServer((request, response) => request.resume().on('end', () => answer(response.setHeader('connection', 'close'))));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    await expect(sendPublication({ registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, token: 'x' }, publication, signal)).rejects.toMatchObject({ code: 'REGISTRY_FAILED' });
  }
  await expect(sendPublication({ registry: 'http://127.0.0.1:1/', token: 'x' }, publication, signal)).rejects.toMatchObject({ code: 'REGISTRY_FAILED', message: expect.not.stringContaining('secret') });
});

test('an address is that of a server, and has no password in it', () => {
  expect([serverAddress('https://plugins.example'), serverAddress('http://127.0.0.1:4873/team')]).toEqual(['https://plugins.example/', 'http://127.0.0.1:4873/team/']);
  for (const text of ['./bundle', 'file:///etc', 'ftp://plugins.example/', 'http://plugins.example/', 'https://ann:secret@plugins.example/']) expect(() => serverAddress(text)).toThrow(expect.objectContaining({ code: 'USAGE_INVALID' }));
});
