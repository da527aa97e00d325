import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { mockSigstore } from '../trust/sigstore/pipeline.test.fixture.ts';
import { auditPlugins } from './audit-plugins.ts';
import { install, newWorkspace, now, offerOf, PluginRegistry, removeWorkspaces, signal } from './plugin-registry.test.fixture.ts';

afterAll(removeWorkspaces);

let registry: PluginRegistry;
beforeEach(async () => {
  registry = await PluginRegistry.open();
});
afterEach(() => registry[Symbol.asyncDispose]());

const pipeline = { issuer: 'https://token.actions.githubusercontent.com', repository: 'https://github.com/acme/odd', workflow: '.github/workflows/publish.yml', ref: 'refs/tags/v{version}' };
const built = `${pipeline.repository} ${pipeline.workflow} refs/tags/v1.0.0`;

/** Findings about a plugin that a pipeline built, under a policy that came later. */
async function findingsOf(identity: string, policy: object): Promise<readonly object[]> {
  const workspace = await newWorkspace();
  await registry.publish();
  await install(await offerOf(workspace, registry), workspace);
  const path = join(workspace, 'plugins.lock');
  const lock = JSON.parse(await readFile(path, 'utf8'));
  lock.plugins['@acme/odd'].signer = { by: 'sigstore', account: 'alice', key: null, identity };
  await writeFile(path, JSON.stringify(lock));
  await writeFile(join(workspace, 'trusted_root.json'), JSON.stringify((await mockSigstore()).trustedRoot));
  await writeFile(join(workspace, 'policy.yaml'), JSON.stringify(policy));
  return (await auditPlugins({ workspace, refresh: false, now }, signal)).findings;
}

const pinning = (over: object = {}): object => ({ sigstore: { trustedRoot: './trusted_root.json', identities: { '@acme/odd': { ...pipeline, ...over } } } });
const policyFinding = (text: string): object[] => [expect.objectContaining({ plugin: '@acme/odd', kind: 'policy', message: expect.stringContaining(text) })];

test('what the pinned pipeline built is in order', async () => {
  expect(await findingsOf(built, pinning())).toEqual([]);
});

test.each([
  ['repository', { repository: 'https://github.com/acme/other' }, 'https://github.com/acme/other'],
  ['workflow', { workflow: '.github/workflows/other.yml' }, 'other.yml'],
  ['ref', { ref: 'refs/heads/main' }, 'refs/heads/main'],
])('what another %s built than the policy now pins is a finding', async (_, over, text) => {
  expect(await findingsOf(built, pinning(over))).toEqual(policyFinding(text));
});

test('what a policy demands of a pipeline, but pins for no plugin, is a finding', async () => {
  expect(await findingsOf(built, { require: { provenance: true } })).toEqual(policyFinding('names no pipeline'));
});
