import { inspectModel } from '@byoml/core/models/inspect';
import { describe, expect, test } from 'vitest';
import { admission } from './admit.ts';
import type { AdmissionCheck } from './check.ts';
import { selfTest } from './self-test.ts';
import { staticChecks } from './static-checks.ts';

const { signal } = new AbortController();
const checks = staticChecks(inspectModel);
const told = new Set(checks.filter(({ enforced }) => !enforced).map(({ id }) => id));
const enforced = checks.filter(({ id }) => !told.has(id));

test('the assembled checks refuse what each has to', async () => {
  await expect(selfTest(admission(checks), signal)).resolves.toBeUndefined();
});

describe('a server with a hole does not start', () => {
  test.each(enforced.map(({ id }) => id))('without the check %s', async (id) => {
    await expect(selfTest(admission(checks.filter((check) => check.id !== id)), signal)).rejects.toMatchObject({ code: 'INTERNAL', message: expect.stringContaining(`"${id}"`) });
  });

  test.each(enforced.map(({ id }) => id))('when the check %s finds nothing any more', async (id) => {
    const blind = checks.map((check): AdmissionCheck => (check.id === id ? { ...check, run: async () => [] } : check));
    await expect(selfTest(admission(blind), signal)).rejects.toMatchObject({ code: 'INTERNAL', message: expect.stringContaining(`"${id}"`) });
  });

  test('when a check throws, or only tells', async () => {
    const [first, ...others] = checks;
    if (!first) throw new Error('no checks');
    const thrower: AdmissionCheck = { ...first, run: () => Promise.reject(new Error('no module')) };
    await expect(selfTest(admission([thrower, ...others]), signal)).rejects.toThrow('a good package is ERRORED');
    await expect(selfTest(admission([{ ...first, enforced: false }, ...others]), signal)).rejects.toThrow(`"${first.id}"`);
  });

  test('when the inspector of models calls everything safe', async () => {
    await expect(selfTest(admission(staticChecks(() => ({ format: 'onnx', verdict: 'safe', findings: [] }))), signal)).rejects.toThrow('"model-formats"');
  });
});
