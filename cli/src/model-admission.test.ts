import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ModelToAdmit } from '@byoml/core/ad-hoc';
import { modelAdmission } from './model-admission.ts';

const model = (over: Partial<ModelToAdmit> = {}): ModelToAdmit => ({ folder: './model', listed: [], signature: null, own: false, ...over });
const signed = { signature: new Uint8Array() };

/** Which of these models were judged, and how often the policy was read. */
async function judged(workspace: string, models: readonly ModelToAdmit[], policy = ''): Promise<{ readonly judged: ModelToAdmit[]; readonly opened: number }> {
  const told: ModelToAdmit[] = [];
  let opened = 0;
  const admit = modelAdmission({ workspace, policy, warn: () => {}, open: async () => (opened++, (one) => void told.push(one)) });
  for (const one of models) await admit(one);
  return { judged: told, opened };
}

test('where there is neither a signature nor a policy, nothing is loaded', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'byoml-models-'));
  expect(await judged(folder.path, [model(), model({ own: true })])).toEqual({ judged: [], opened: 0 });
  expect(await judged(folder.path, [model(signed), model({ ...signed, own: true })])).toMatchObject({ judged: [{}, {}], opened: 1 });
});

test('a policy, of the workspace or a named one, is asked about models of others', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'byoml-models-'));
  expect(await judged(folder.path, [model(), model({ own: true })], 'elsewhere.yaml')).toMatchObject({ judged: [{ own: false }], opened: 1 });
  await writeFile(join(folder.path, 'policy.yaml'), '');
  expect(await judged(folder.path, [model(), model(), model({ own: true })])).toMatchObject({ judged: [{}, {}], opened: 1 });
});

test('what is refused is not loaded', async () => {
  const admit = modelAdmission({ workspace: '.', policy: 'x', warn: () => {}, open: async () => () => { throw new Error('refused'); } });
  await expect(admit(model())).rejects.toThrow('refused');
});
