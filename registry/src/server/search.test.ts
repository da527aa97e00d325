import { gunzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { sampleFiles, sampleManifest, samplePackageJson } from '../admission/sample-package.ts';
import { memoryStorage } from '../storage/memory.ts';
import { Rig, signal } from './registry.test.fixture.ts';

interface Answer {
  readonly total: number;
  readonly objects: ReadonlyArray<{ readonly package: { readonly name: string; readonly version: string } }>;
}

const searched = async (rig: Rig, query: string): Promise<Answer> => (await rig.ask('GET', `/-/v1/search?${query}`)).json<Answer>();
const names = async (rig: Rig, text: string): Promise<string[]> => (await searched(rig, `text=${encodeURIComponent(text)}`)).objects.map((found) => found.package.name);

const name = '@example/quiet-hours';
const plugin = (version: string, components = sampleManifest['components']) => {
  const { 'package.json': _, ...files } = sampleFiles({ manifest: { ...sampleManifest, version, components } });
  return { name, version, packageJson: { ...samplePackageJson, version }, files: files as Record<string, string> };
};

test('a plugin is found by what its card says, also after it has changed', async () => {
  await using rig = await Rig.open();
  await rig.publish(plugin('1.0.0', []));
  expect([await names(rig, 'T1021.002'), await names(rig, 'unusual')]).toEqual([[], []]);
  expect((await rig.publish(plugin('1.2.0'))).statusCode).toBe(201);
  expect([await names(rig, 'T1021.002'), await names(rig, 'rule-template never')]).toEqual([[name], [name]]);
  expect((await searched(rig, 'text=quiet')).objects[0]?.package.version).toBe('1.2.0');
});

test('what was published, and what is hidden, is as it was when the server starts again', async () => {
  const storage = memoryStorage();
  {
    await using rig = await Rig.open({ storage });
    for (let i = 0; i < 40; i++) await rig.publish({ name: `@acme/odd-${i}` });
  }
  await using rig = await Rig.open({ storage, cooldown: { newMs: 1000, updateMs: 1000 } });
  await rig.publish({ name: '@acme/late' });
  const [first, second] = await Promise.all([searched(rig, 'text=odd&size=3&from=1'), names(rig, 'scope:acme late')]);
  expect([first.total, first.objects.map((found) => found.package.name), second]).toEqual([40, ['@acme/odd-1', '@acme/odd-10', '@acme/odd-11'], []]);
  rig.pass(1000);
  await rig.registry.packages.reveal(signal);
  expect(await names(rig, 'late')).toEqual(['@acme/late']);
});

test('a storage that fails once does not end the search', async () => {
  await using rig = await Rig.open();
  await rig.publish();
  const { packages } = rig.registry;
  const failing = vi.spyOn(packages, 'packument').mockRejectedValue(new Error('gone for a moment'));
  expect((await rig.ask('GET', '/-/v1/search?text=odd')).statusCode).toBe(500);
  failing.mockRestore();
  expect(await names(rig, 'odd')).toEqual(['@acme/odd']);
});

test('the index for static hosting holds what is visible', async () => {
  await using rig = await Rig.open();
  await rig.publish();
  await rig.registry.search.write(rig.registry);
  const { headers, rawPayload } = await rig.ask('GET', '/v1/search.json.gz');
  expect(headers['content-type']).toMatch(/json|gzip/);
  expect(gunzipSync(rawPayload).toString()).toContain('"@acme/odd"');
  await rig.publish({ name: '@acme/even' });
  await rig.registry.search.write(rig.registry);
  expect(gunzipSync((await rig.ask('GET', '/v1/search.json.gz')).rawPayload).toString()).toContain('"@acme/even"');
});
