import { afterAll, describe, expect, test } from 'vitest';
import type { Admit } from '../server/admit.ts';
import { signal } from '../server/registry.test.fixture.ts';
import { removeTemporaryFolders } from '../storage/scratch.test.fixture.ts';
import { folderRegistry, plugin, type FolderRegistry } from './folder-registry.test.fixture.ts';
import { promoteAtRegistry } from './promote-at-registry.ts';
import { promoteVersion } from './promote.ts';
import { rejectVersion } from './reject.ts';
import { versionNamed, packageChoice } from './version-named.ts';
import { yankVersion } from './yank.ts';

afterAll(removeTemporaryFolders);

const first = { name: plugin, version: '1.0.0' };
const promote = async (registry: FolderRegistry, which = first, by?: string): Promise<unknown> => {
  await using administered = await registry.administered();
  return await promoteVersion(administered, which, by);
};

/** Holds back whatever is sent. */
const held: Admit = async ({ name, version, document }) => ({ state: 'QUARANTINED', packageJson: { ...Object.fromEntries(Object.entries(document).filter(([field]) => field !== '_id')), name, version }, findings: [] });

describe('reject', () => {
  const reject = async (registry: FolderRegistry, which = first, reason = 'it looks like @contoso/quiet-hours'): Promise<unknown> => {
    await using administered = await registry.administered();
    return await rejectVersion(administered, which, reason);
  };
  const submission = async (registry: FolderRegistry): Promise<unknown> => (await registry.rig.ask('GET', `/-/byoml/v1/submissions/${encodeURIComponent(plugin)}/1.0.0`, { by: 'author' })).json();

  test('what is held never appears, and its author is told why', async () => {
    await using registry = await folderRegistry({ admit: held });
    await registry.publish('1.0.0');
    expect(await reject(registry)).toEqual({ ...first, reason: 'it looks like @contoso/quiet-hours' });
    expect(await submission(registry)).toMatchObject({ state: 'REJECTED', visible: null, findings: [{ check: 'administrator', message: 'it looks like @contoso/quiet-hours' }] });
    await expect(promote(registry)).rejects.toMatchObject({ code: 'PACKAGE_UNKNOWN' });
    expect((await registry.publish('1.0.0')).json()).toMatchObject({ error: { code: 'VERSION_EXISTS' } });
    expect(await registry.rig.versions(plugin)).toEqual([]);
    expect(await registry.verify()).toMatchObject({ ok: true, versions: 0 });
  });

  test('refuses a version that is visible, one that nobody knows, and to say nothing', async () => {
    await using registry = await folderRegistry();
    await registry.publish('1.0.0');
    await expect(reject(registry)).rejects.toMatchObject({ code: 'REQUEST_INVALID', message: expect.stringContaining('registry yank') });
    await expect(reject(registry, { ...first, version: '2.0.0' })).rejects.toMatchObject({ code: 'PACKAGE_UNKNOWN' });
    await expect(reject(registry, first, ' ')).rejects.toMatchObject({ code: 'USAGE_INVALID' });
    expect(await registry.rig.versions(plugin)).toEqual(['1.0.0']);
  });
});

describe('promote', () => {
  const slow = { cooldown: { newMs: 86_400_000, updateMs: 86_400_000 } };

  test('lets a version appear at once, also to the server that runs, and what is signed follows', async () => {
    await using registry = await folderRegistry(slow);
    await registry.publish('1.0.0');
    expect(await registry.rig.versions(plugin)).toEqual([]);
    expect(await promote(registry)).toEqual({ ...first, visible: new Date(registry.now()).toISOString() });
    expect(await registry.rig.versions(plugin)).toEqual(['1.0.0']);
    expect(await registry.verify()).toMatchObject({ ok: true, versions: 1 });
  });

  test('lets appear what a check has held back', async () => {
    await using registry = await folderRegistry({ admit: held });
    expect((await registry.publish('1.0.0')).json()).toMatchObject({ state: 'QUARANTINED', visible: null });
    await promote(registry);
    expect(await registry.rig.versions(plugin)).toEqual(['1.0.0']);
  });

  test('refuses a version that is visible, that nobody knows, and an account that may not', async () => {
    await using registry = await folderRegistry(slow);
    await registry.publish('1.0.0');
    await expect(promote(registry, { ...first, version: '2.0.0' })).rejects.toMatchObject({ code: 'PACKAGE_UNKNOWN' });
    await expect(promote(registry, first, 'author')).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    await expect(promote(registry, first, 'mallory')).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    expect(await registry.rig.versions(plugin)).toEqual([]);
    await promote(registry);
    await expect(promote(registry)).rejects.toMatchObject({ code: 'REQUEST_INVALID', message: expect.stringContaining('visible already') });
  });

  test('works over the network with a token, and says what the registry refuses', async () => {
    await using registry = await folderRegistry(slow);
    await registry.publish('1.0.0');
    await registry.rig.app.listen({ host: '127.0.0.1', port: 0 });
    const access = async (account: string) => ({ registry: `${registry.rig.url}/`, token: await registry.rig.tokenOf(account) });
    await expect(promoteAtRegistry(await access('author'), first, signal)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    expect(await promoteAtRegistry(await access('admin'), first, signal)).toEqual({ ...first, visible: new Date(registry.now()).toISOString() });
    expect(await registry.rig.versions(plugin)).toEqual(['1.0.0']);
  });
});

describe('yank', () => {
  test('takes a version out of new installations with a reason, and lets it back in', async () => {
    await using registry = await folderRegistry();
    await registry.publish('1.0.0');
    await registry.publish('1.1.0');
    await using administered = await registry.administered();
    const bad = { name: plugin, version: '1.1.0' };
    const packument = async () => (await registry.rig.ask('GET', `/${plugin}`)).json<{ 'dist-tags': object; versions: Record<string, { yanked?: string }> }>();
    expect(await yankVersion(administered, bad, 'forgets half of the users')).toEqual({ ...bad, reason: 'forgets half of the users' });
    expect(await packument()).toMatchObject({ 'dist-tags': { latest: '1.0.0' }, versions: { '1.1.0': { yanked: 'forgets half of the users' } } });
    expect(await registry.verify()).toMatchObject({ ok: true });
    await yankVersion(administered, bad, null);
    expect((await packument()).versions['1.1.0']?.yanked).toBeUndefined();
    expect(await registry.verify()).toMatchObject({ ok: true });
    await expect(yankVersion(administered, bad, ' ')).rejects.toMatchObject({ code: 'USAGE_INVALID' });
    await expect(yankVersion(administered, { ...bad, version: '9.0.0' }, 'x')).rejects.toMatchObject({ code: 'PACKAGE_UNKNOWN' });
  });
});

test('versions and choices are read as people write them', () => {
  expect(versionNamed('@acme/odd@1.2.0')).toEqual({ name: '@acme/odd', version: '1.2.0' });
  expect(packageChoice('@acme/odd')).toEqual({ name: '@acme/odd', range: '*' });
  expect(packageChoice('odd@^1.2')).toEqual({ name: 'odd', range: '^1.2' });
  for (const text of ['odd', '@acme/odd', 'odd@latest', '../odd@1.0.0', '']) expect(() => versionNamed(text)).toThrow(expect.objectContaining({ code: 'USAGE_INVALID' }));
  expect(() => packageChoice('odd@soon')).toThrow(expect.objectContaining({ code: 'USAGE_INVALID' }));
});
