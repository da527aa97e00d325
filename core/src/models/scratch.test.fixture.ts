import { chmodSync, mkdtempSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const scratch = mkdtempSync(join(tmpdir(), 'byoml-models-'));
chmodSync(scratch, 0o755);

/** A folder of its own for one test. */
export const temporaryFolder = (): Promise<string> => mkdtemp(join(scratch, 'test-'));

/** For `afterAll`. */
export const removeTemporaryFolders = (): Promise<void> => rm(scratch, { recursive: true, force: true });
