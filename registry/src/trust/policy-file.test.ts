import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadPolicy } from './policy-file.ts';
import { mockSigstore } from './sigstore/pipeline.test.fixture.ts';

const folder = () => mkdtempDisposable(join(tmpdir(), 'byoml-policy-'));

test('a workspace without a policy allows everything; a file that is named has to be there', async () => {
  await using workspace = await folder();
  const { policy, trustedRoot } = await loadPolicy({ workspace: workspace.path, named: undefined });
  expect({ policy, trustedRoot }).toMatchObject({ policy: { roots: [], require: { provenance: false } }, trustedRoot: undefined });
  await expect(loadPolicy({ workspace: workspace.path, named: join(workspace.path, 'other.yaml') })).rejects.toMatchObject({ code: 'FILE_MISSING' });
});

test('the file of the workspace counts, another one where it is named, and the trusted root lies beside it', async () => {
  await using workspace = await folder();
  await using elsewhere = await folder();
  await writeFile(join(workspace.path, 'policy.yaml'), JSON.stringify({ require: { cooldown: '7d' } }));
  expect((await loadPolicy({ workspace: workspace.path, named: '' })).policy.require.cooldown).toBe(7 * 86_400_000);
  const named = join(elsewhere.path, 'policy.yaml');
  await writeFile(named, JSON.stringify({ sigstore: { trustedRoot: 'roots/trusted_root.json' } }));
  await expect(loadPolicy({ workspace: workspace.path, named })).rejects.toMatchObject({ code: 'FILE_MISSING' });
  await writeFile(named, JSON.stringify({ sigstore: { trustedRoot: 'trusted_root.json' } }));
  await writeFile(join(elsewhere.path, 'trusted_root.json'), '{}');
  await expect(loadPolicy({ workspace: workspace.path, named })).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
  await writeFile(join(elsewhere.path, 'trusted_root.json'), JSON.stringify((await mockSigstore()).trustedRoot));
  expect((await loadPolicy({ workspace: workspace.path, named })).trustedRoot?.tlogs).toHaveLength(1);
});

test.each([['{'], ['{"require":{"signdBy":[]}}'], ['[]'], ['"x"']])('a file that is no policy is refused with its place: %s', async (text) => {
  await using workspace = await folder();
  const path = join(workspace.path, 'policy.yaml');
  await writeFile(path, text);
  await expect(loadPolicy({ workspace: workspace.path, named: undefined })).rejects.toMatchObject({ code: 'SETTINGS_INVALID', details: { places: [expect.stringMatching(/policy\.yaml:\d+:\d+: /)] } });
});

test('in YAML each problem is named with its line and column', async () => {
  await using workspace = await folder();
  await writeFile(join(workspace.path, 'policy.yaml'), 'require:\n  cooldown: 7d\n  signdBy: []\n');
  await expect(loadPolicy({ workspace: workspace.path, named: undefined })).rejects.toThrow(/policy\.yaml:3:12: require\.signdBy: unknown key/);
});
