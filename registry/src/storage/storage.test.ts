import { afterAll, describe, test } from 'vitest';
import { folderStorage } from './folder.ts';
import { memoryStorage } from './memory.ts';
import { removeTemporaryFolders, temporaryFolder } from './scratch.test.fixture.ts';
import type { Storage } from './storage.ts';
import { storageSuite } from './storage.suite.ts';

afterAll(removeTemporaryFolders);

const drivers: Readonly<Record<string, () => Promise<Storage>>> = {
  folder: async () => folderStorage(await temporaryFolder()),
  memory: async () => memoryStorage(),
};

describe.each(Object.entries(drivers))('storage in %s:', (_, open) => {
  for (const { name, run } of storageSuite(open)) test(name, run);
});
