import { refuseInvalidKey, refuseInvalidPrefix } from './key.ts';
import { absent, type Condition, type Storage, type Stored } from './storage.ts';
import { versionOf } from './version.ts';

/** Keeps objects in this process: for tests. */
export function memoryStorage(): Storage {
  const objects = new Map<string, Stored>();
  const fits = (key: string, { expected, signal }: Condition): boolean => {
    signal.throwIfAborted();
    refuseInvalidKey(key);
    return expected === undefined || expected === (objects.get(key)?.version ?? absent);
  };
  return {
    read: async (key, signal) => {
      signal.throwIfAborted();
      refuseInvalidKey(key);
      const found = objects.get(key);
      return found && { ...found, bytes: found.bytes.slice() };
    },
    write: async (key, bytes, condition) => {
      if (!fits(key, condition)) return undefined;
      const version = versionOf(bytes);
      objects.set(key, { bytes: bytes.slice(), version });
      return version;
    },
    flush: async (signal) => signal.throwIfAborted(),
    delete: async (key, condition) => {
      if (!fits(key, condition)) return false;
      objects.delete(key);
      return true;
    },
    list: async function* (prefix, signal) {
      refuseInvalidPrefix(prefix);
      for (const key of [...objects.keys()].filter((held) => held.startsWith(prefix)).sort()) {
        signal.throwIfAborted();
        yield key;
      }
    },
    [Symbol.asyncDispose]: async () => objects.clear(),
  };
}
