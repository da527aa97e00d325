import { mkdtempSync, realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'byoml-storage-')));
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** A folder of its own for one test, removed with all others when the file of tests is done. */
export const temporaryFolder = (): Promise<string> => mkdtemp(join(scratch, 'test-'));
