import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { removeTemporaryFolders, temporaryFolder } from '../storage/scratch.test.fixture.ts';

afterAll(removeTemporaryFolders);

const serving = async (broken: string): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, ['--conditions=@byoml/source', join(import.meta.dirname, 'gate.test.child.ts'), await temporaryFolder(), broken]);

describe('attack 26: the gate was not loaded', () => {
  test('a whole gate lets the server start', async () => {
    expect((await serving('none')).stdout).toMatch(/^http:/);
  });

  test.each(['typosquat', 'lifecycle-scripts', 'model-formats'])('a server whose check %s is broken ends before it listens', async (check) => {
    await expect(serving(`../admission/checks/${check}.ts`)).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(`"${check}"`) });
  });
});
