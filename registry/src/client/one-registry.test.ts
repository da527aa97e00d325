import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { install, newWorkspace, offerOf, PluginRegistry, removeWorkspaces } from './plugin-registry.test.fixture.ts';

afterAll(removeWorkspaces);

let registry: PluginRegistry;
beforeEach(async () => {
  registry = await PluginRegistry.open();
});
afterEach(() => registry[Symbol.asyncDispose]());

test.each([['the short address first', (url: string) => [url.replace(/npm\/$/, ''), url]], ['the long one first', (url: string) => [url, url.replace(/npm\/$/, '')]]])('both addresses of a registry are one, %s', async (_, addresses) => {
  const workspace = await newWorkspace();
  const [first, second] = addresses(registry.url) as [string, string];
  await registry.publish();
  await registry.publish({ name: '@acme/even' });
  await install(await offerOf(workspace, first), workspace);
  const offer = await offerOf(workspace, second, { name: '@acme/even' });
  expect([offer.registry, offer.root.first]).toEqual([first, false]);
  await install(offer, workspace);
  await install(await offerOf(workspace, second), workspace);
  expect(await readdir(join(workspace, '.byoml', 'trust'))).toHaveLength(1);
  expect(await readFile(join(workspace, '.byoml/plugins/.npmrc'), 'utf8')).toContain(`@acme:registry=${first}\n`);
});
