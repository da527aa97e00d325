import { mkdtempSync, realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'byoml-storage-')));

/** A folder of its own for one test. */
export const temporaryFolder = (): Promise<string> => mkdtemp(join(scratch, 'test-'));

/** For `afterAll`. */
export const removeTemporaryFolders = (): Promise<void> => rm(scratch, { recursive: true, force: true });
