import { chmodSync, mkdtempSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const scratch = mkdtempSync(join(tmpdir(), 'byoml-models-'));
chmodSync(scratch, 0o755);
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** A folder of its own for one test, removed with all others when the file of tests is done. */
export const temporaryFolder = (): Promise<string> => mkdtemp(join(scratch, 'test-'));
