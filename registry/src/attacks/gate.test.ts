import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { removeTemporaryFolders, temporaryFolder } from '../storage/scratch.test.fixture.ts';
import { inCi } from '../tier.test.fixture.ts';

afterAll(removeTemporaryFolders);

/** Compiles what the servers import once, not in each of them. */
const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'byoml-compile-cache') };

const serving = async (broken: string): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, ['--conditions=@byoml/source', join(import.meta.dirname, 'gate.test.child.ts'), await temporaryFolder(), broken], { env });

describe('attack 26: the gate was not loaded', () => {
  test('a whole gate lets the server start', async () => {
    expect((await serving('none')).stdout).toMatch(/^http:/);
  });

  const endsBefore = async (check: string): Promise<void> => {
    await expect(serving(`../admission/checks/${check}.ts`)).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(`"${check}"`) });
  };
  test('a server whose check typosquat is broken ends before it listens', () => endsBefore('typosquat'));
  test.skipIf(!inCi).each(['lifecycle-scripts', 'model-formats'])('a server whose check %s is broken ends before it listens (CI tier)', endsBefore);
});
