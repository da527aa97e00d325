import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { folderStorage } from './folder.ts';
import { memoryStorage } from './memory.ts';
import type { Storage } from './storage.ts';
import { storageSuite } from './storage.suite.ts';

const drivers: Readonly<Record<string, () => Promise<Storage>>> = {
  folder: async () => folderStorage(await mkdtemp(join(tmpdir(), 'byoml-storage-'))),
  memory: async () => memoryStorage(),
};

describe.each(Object.entries(drivers))('storage in %s:', (_, open) => {
  for (const { name, run } of storageSuite(open)) test(name, run);
});
