export { folderStorage } from './storage/folder.ts';
export { memoryStorage } from './storage/memory.ts';
export { absent, type Condition, type Storage, type Stored } from './storage/storage.ts';
export { storageSuite, type StorageCheck } from './storage/storage.suite.ts';
