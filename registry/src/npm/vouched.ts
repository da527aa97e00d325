import { isByomlError } from '@byoml/core';
import type { Stored } from '../storage/storage.ts';
import { targetDigest, type TargetDigest } from '../trust/tuf/target.ts';
import { packumentKey } from './name.ts';
import type { Signing } from './signing.ts';
import { versionOf } from './stored-packuments.ts';

/** Which packuments in the storage are those that were signed: nobody's edit of the storage becomes ours. Without signing all of them are believed. */
export class Vouched {
  readonly #signing: Signing | undefined;
  /** Name → version in the storage that this process has signed. */
  readonly #versions = new Map<string, string>();

  constructor(signing: Signing | undefined) {
    this.#signing = signing;
  }

  /** Notes what was signed just now. */
  note(name: string, version: string): void {
    this.#versions.set(name, version);
  }

  async has(name: string, stored: Stored | undefined, signal: AbortSignal): Promise<boolean> {
    if (!this.#signing || this.#versions.get(name) === versionOf(stored)) return true;
    const signed = await this.#signing.signed(packumentKey(name), signal);
    return stored ? signed?.sha256 === targetDigest(stored.bytes).sha256 : signed === undefined;
  }

  /** What is signed about a path; undefined also when the metadata does not hold. */
  async about(path: string, signal: AbortSignal): Promise<TargetDigest | undefined> {
    try {
      return await this.#signing?.signed(path, signal);
    } catch (thrown) {
      if (isByomlError(thrown) && thrown.code === 'TRUST_REFUSED') return undefined;
      throw thrown;
    }
  }
}
