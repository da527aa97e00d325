import { afterAll, describe, expect, test } from 'vitest';
import { newKey, signal } from '../server/registry.test.fixture.ts';
import { removeTemporaryFolders } from '../storage/scratch.test.fixture.ts';
import { readAdvisories, signAdvisory, type Advisories } from '../trust/advisories.ts';
import { advisoriesKey, advisoriesSchema } from './advisories-file.ts';
import { folderRegistry, plugin, type FolderRegistry } from './folder-registry.test.fixture.ts';
import { listAdvisories } from './list-advisories.ts';
import type { Administered } from './administered.ts';
import { publishAdvisory, type AdvisoryRequest } from './publish-advisory.ts';
import { rebuildRegistry } from './rebuild.ts';
import { readSignedEdition } from './signed-edition.ts';
import { withdrawAdvisory } from './withdraw-advisory.ts';

afterAll(removeTemporaryFolders);

const day = 86_400_000;
const version = { name: plugin, version: '1.0.0' };
const request = ({ now }: FolderRegistry): AdvisoryRequest => ({ digests: [], version, reason: 'sends names to a stranger', severity: 'high', expires: new Date(now() + 90 * day) });
const list = ({ registry: { storage, packages: { history }, now } }: Administered) => listAdvisories({ storage, history, now: new Date(now()) }, signal);

/** As a client reads them: the bytes that are signed, and only signatures of the registry. */
async function seen({ storage, now }: FolderRegistry): Promise<Advisories> {
  const { signers } = await readSignedEdition(storage, { signal });
  const bytes = (await storage.read(advisoriesKey, signal))?.bytes ?? new Uint8Array();
  return readAdvisories(advisoriesSchema.parse(JSON.parse(new TextDecoder().decode(bytes))).advisories, signers, new Date(now()));
}

async function integrity({ rig }: FolderRegistry, which: string): Promise<string> {
  return (await rig.ask('GET', `/${plugin}`)).json<{ versions: Record<string, { dist: { integrity: string } }> }>().versions[which]?.dist.integrity ?? '';
}

async function filled(): Promise<FolderRegistry> {
  const registry = await folderRegistry();
  await registry.publish('1.0.0');
  await registry.publish('1.1.0');
  return registry;
}

describe('attack 30: a kill list is abused', () => {
  test('an advisory names exact bytes, is signed, and other versions keep working', async () => {
    await using registry = await filled();
    await using administered = await registry.administered();
    const bad = await integrity(registry, '1.0.0');
    expect(await publishAdvisory(administered, request(registry))).toMatchObject({ digests: [bad], affected: { name: plugin, versions: '1.0.0' }, severity: 'high' });
    const advisories = await seen(registry);
    expect(advisories.affects(bad, new Date(registry.now()))).toMatchObject([{ reason: 'sends names to a stranger' }]);
    expect(advisories.affects(await integrity(registry, '1.1.0'), new Date(registry.now()))).toEqual([]);
    expect(await registry.rig.versions(plugin)).toEqual(['1.0.0', '1.1.0']);
    expect((await registry.publish('1.2.0')).statusCode).toBe(201);
    expect(await registry.verify()).toMatchObject({ ok: true });
  });

  test('one that nobody of the registry has signed is refused here, ignored by readers, and found by verify', async () => {
    await using registry = await filled();
    await using administered = await registry.administered();
    const stranger = newKey();
    await expect(publishAdvisory(administered, { ...request(registry), key: stranger })).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
    await publishAdvisory(administered, request(registry));
    const forged = signAdvisory({ id: 'forged', digests: [await integrity(registry, '1.1.0')], reason: 'x', severity: 'low', expires: '2099-01-01T00:00:00Z', affected: { name: plugin, versions: '*' } }, stranger);
    await registry.tamper(advisoriesKey, (text) => text.replace(/\]\}$/, `,${JSON.stringify(forged)},{"digests":["x"]}]}`));
    const { accepted, ignored } = await seen(registry);
    expect([accepted.length, ignored.map(({ fault }) => fault)]).toEqual([1, ['unknown key', 'unsigned']]);
    expect(await registry.verify()).toMatchObject({ ok: false, findings: expect.arrayContaining([{ where: advisoriesKey, message: expect.stringContaining('the signed one') }]) });
    expect((await rebuildRegistry(registry.root, { now: registry.now }, signal)).changed).toEqual([advisoriesKey]);
    expect(await registry.verify()).toMatchObject({ ok: true });
  });

  test('one that has ended counts no more', async () => {
    await using registry = await filled();
    await using administered = await registry.administered();
    await publishAdvisory(administered, request(registry));
    registry.rig.pass(91 * day);
    expect((await seen(registry)).accepted).toEqual([]);
    expect(await list(administered)).toMatchObject([{ counts: false, because: expect.stringContaining('ended'), says: { reason: 'sends names to a stranger' } }]);
  });

  test('one is withdrawn early under its id; the newest of an id counts', async () => {
    await using registry = await filled();
    await using administered = await registry.administered();
    await publishAdvisory(administered, { ...request(registry), id: 'adv-1' });
    await publishAdvisory(administered, { ...request(registry), id: 'adv-1', reason: 'worse than it seemed', severity: 'critical' });
    expect((await seen(registry)).accepted).toMatchObject([{ id: 'adv-1', severity: 'critical' }]);
    await withdrawAdvisory(administered, { id: 'adv-1' });
    expect((await seen(registry)).accepted).toEqual([]);
    await expect(withdrawAdvisory(administered, { id: 'adv-1' })).rejects.toMatchObject({ code: 'RECORD_UNKNOWN' });
    await expect(withdrawAdvisory(administered, { id: 'adv-2' })).rejects.toMatchObject({ code: 'RECORD_UNKNOWN' });
    expect(await registry.verify()).toMatchObject({ ok: true });
  });

  test('bytes that no version here has can be named too, and no name is taken by it', async () => {
    await using registry = await filled();
    await using administered = await registry.administered();
    const digest = `sha256:${'ab'.repeat(32)}`;
    expect(await publishAdvisory(administered, { ...request(registry), version: undefined, digests: [digest] })).toMatchObject({ digests: [digest], affected: { name: '-' } });
    expect((await seen(registry)).affects(digest, new Date(registry.now()))).toHaveLength(1);
    expect(await registry.verify()).toMatchObject({ ok: true, packages: 1 });
    await expect(publishAdvisory(administered, { ...request(registry), version: undefined })).rejects.toMatchObject({ code: 'USAGE_INVALID' });
    await expect(publishAdvisory(administered, { ...request(registry), version: undefined, digests: ['1.0.0'] })).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
    await expect(publishAdvisory(administered, { ...request(registry), version: { name: '@acme/none', version: '1.0.0' } })).rejects.toMatchObject({ code: 'PACKAGE_UNKNOWN' });
  });
});
