import { ByomlError } from '@byoml/core';
import { absent, type Storage, type Stored } from '../storage/storage.ts';
import { packumentKey } from './name.ts';
import { packumentAt, packumentSchema, type Packument } from './packument.ts';
import { Recent } from './recent.ts';

/** Bytes of a packument that may stay in memory. */
const worthKeeping = 128 << 10;

/** Packuments as they lie in the storage: with everything that everybody can see. */
export class StoredPackuments {
  readonly #storage: Storage;
  readonly #publicUrl: string | undefined;
  readonly #recent = new Recent<{ readonly version: string; readonly packument: Packument }>(256);

  /** `publicUrl`: where readers find tarballs without this server, ending in a slash; undefined: they are named relatively. */
  constructor(storage: Storage, publicUrl: string | undefined) {
    this.#storage = storage;
    this.#publicUrl = publicUrl;
  }

  read(name: string, signal: AbortSignal): Promise<Stored | undefined> {
    return this.#storage.read(packumentKey(name), signal);
  }

  /** The bytes of a packument as they are written; undefined for none. */
  encoded(made: Packument | undefined): Uint8Array | undefined {
    return made && new TextEncoder().encode(JSON.stringify(this.#publicUrl === undefined ? made : packumentAt(made, this.#publicUrl)));
  }

  /** Puts these bytes where `stored` was, and none for undefined: the version that is there now. False when something else is there meanwhile. */
  async replace(name: string, bytes: Uint8Array | undefined, { stored, signal }: { readonly stored: Stored | undefined; readonly signal: AbortSignal }): Promise<string | false> {
    const condition = { expected: versionOf(stored), durable: 'flushed', signal } as const;
    if (!bytes) return !stored || (await this.#storage.delete(packumentKey(name), condition)) ? absent : false;
    if (stored && Buffer.from(stored.bytes).equals(bytes)) return stored.version;
    return (await this.#storage.write(packumentKey(name), bytes, condition)) ?? false;
  }

  /** Throws STORAGE_FAILED for bytes that are no packument. */
  decoded({ bytes, version }: Stored, name: string): Packument {
    const known = this.#recent.get(name);
    if (known?.version === version) return known.packument;
    const packument = decoded(bytes, name);
    if (bytes.length <= worthKeeping) this.#recent.put(name, { version, packument });
    return packument;
  }
}

/** `absent` for none. */
export const versionOf = (stored: Stored | undefined): string => stored?.version ?? absent;

/** Undefined for a packument that cannot be read: it is made anew. */
export function readable(stored: Stored | undefined, name: string): Packument | undefined {
  try {
    return stored && decoded(stored.bytes, name);
  } catch {
    return undefined;
  }
}

function decoded(bytes: Uint8Array, name: string): Packument {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    packumentSchema.parse(value);
    return value as Packument; // as it is written: the schema would sort its keys
  } catch (thrown) {
    throw new ByomlError('STORAGE_FAILED', `${packumentKey(name)} is no packument`, { details: { name }, cause: thrown });
  }
}
