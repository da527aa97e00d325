import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { day, Rig, trust } from '../server/registry.test.fixture.ts';
import { auditPlugins } from './audit-plugins.ts';
import { openInstalled } from './installed.ts';
import { install, newWorkspace, now, offerOf, refusedWith, removeWorkspaces, signal, tarballOf, type Publication } from './plugin-registry.test.fixture.ts';
import { searchRegistry } from './search-registry.ts';

afterAll(removeWorkspaces);

let workspace: string;
beforeEach(async () => {
  workspace = await newWorkspace();
});

/** A registry that listens and signs by the clock of this machine, as clients do. */
async function listening(options: Parameters<typeof Rig.open>[0] = {}): Promise<Rig & { readonly address: string }> {
  const rig = await Rig.open({ trust, now: Date.now, ...options });
  return Object.assign(rig, { address: `${await rig.app.listen({ host: '127.0.0.1', port: 0 })}/` });
}

const publish = async (rig: Rig, given: Publication = {}): Promise<number> => {
  const { name = '@acme/odd', version = '1.0.0' } = given;
  return (await rig.publish({ name, version }, { tarball: Buffer.from(tarballOf(given)) })).statusCode;
};

test('what was published to a server is found, installed, loads and is searched', async () => {
  await using rig = await listening();
  expect(await publish(rig, { capabilities: { hosts: ['intel.example'] } })).toBe(201);
  for (const address of [rig.address, `${rig.address}npm/`]) {
    const offer = await offerOf(await newWorkspace(), address);
    expect(offer).toMatchObject({ version: '1.0.0', signer: { by: 'registry', account: 'author', key: null }, ownerKey: null, capabilities: { hosts: ['intel.example'] } });
  }
  const { version } = await install(await offerOf(workspace, rig.address), workspace);
  await (await openInstalled(workspace)).verify({ name: '@acme/odd', version, folder: join(workspace, '.byoml/plugins/node_modules/@acme/odd') });
  expect(await searchRegistry(rig.address, 'odd', signal)).toMatchObject([{ name: '@acme/odd', version: '1.0.0', owners: ['author'] }]);
  expect(await auditPlugins({ workspace, refresh: true, now }, signal)).toEqual({ ok: true, findings: [] });
  await rig.registry.packages.decide({ kind: 'yank', name: '@acme/odd', by: 'admin', versions: [{ version, reason: 'Bad.' }] }, { signal });
  expect(await auditPlugins({ workspace, refresh: true, now }, signal)).toMatchObject({ ok: true, findings: [{ kind: 'yanked', message: expect.stringContaining('Bad.') }] });
});

test('a version that is still hidden says when it appears', async () => {
  await using rig = await listening({ cooldown: { newMs: day, updateMs: day } });
  expect(await publish(rig)).toBe(201);
  await expect(offerOf(workspace, rig.address)).rejects.toEqual(refusedWith('PACKAGE_UNKNOWN', 'appears at'));
  await expect(offerOf(workspace, rig.address, { wanted: '1.0.0' })).rejects.toEqual(refusedWith('PACKAGE_UNKNOWN', 'appears at'));
});

test('dependencies of the scope are fetched from the server by npm', async () => {
  await using rig = await listening();
  await publish(rig, { name: '@acme/dep', plugin: false });
  await publish(rig, { packageJson: { dependencies: { '@acme/dep': '^1.0.0' } } });
  await install(await offerOf(workspace, rig.address), workspace);
  expect(JSON.parse(await readFile(join(workspace, '.byoml/plugins/node_modules/@acme/dep/package.json'), 'utf8'))).toMatchObject({ version: '1.0.0' });
});
