import type { PublishEvent } from '../log/event.ts';
import { absent, type Storage } from '../storage/storage.ts';
import { targetDigest, type TargetDigest } from '../trust/tuf/target.ts';
import { readBlob } from './blobs.ts';
import { cardKey } from './card.ts';
import { madeCard } from './made-card.ts';
import type { PluginContent } from './package-content.ts';

const folder = 'v1/cards/';

/** The cards in the storage. A card is made from the log, the tarball and the blobs alone, so it can always be made again. */
export class Cards {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Writes the cards of versions; one that differs from what the log says is replaced. What there is to sign now. */
  async put(versions: readonly { readonly event: PublishEvent; readonly plugin: PluginContent }[], signal: AbortSignal): Promise<Map<string, TargetDigest>> {
    const put = new Map<string, TargetDigest>();
    for (const { event, plugin } of versions) put.set(cardKey(event.name, event.version), await this.#put(event, plugin, signal));
    return put;
  }

  /** What need not be signed any more. */
  async delete(name: string, versions: readonly string[], signal: AbortSignal): Promise<Map<string, null>> {
    const keys = versions.map((version) => cardKey(name, version));
    for (const key of keys) await this.#storage.delete(key, { signal });
    return new Map(keys.map((key) => [key, null]));
  }

  /** Removes every card that is not one of these keys. */
  async keepOnly(keys: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const strange = (await Array.fromAsync(this.#storage.list(folder, signal))).filter((key) => !keys.has(key));
    for (const key of strange) await this.#storage.delete(key, { signal });
  }

  async #put(event: PublishEvent, plugin: PluginContent, signal: AbortSignal): Promise<TargetDigest> {
    const blob = async (digest: string | null): Promise<Uint8Array | undefined> => (digest === null ? undefined : readBlob(this.#storage, digest, signal));
    const bytes = madeCard({ event, plugin, signature: await blob(event.signature), provenance: await blob(event.provenance) });
    const key = cardKey(event.name, event.version);
    if ((await this.#storage.write(key, bytes, { expected: absent, durable: 'flushed', signal })) === undefined) await this.#repair(key, bytes, signal);
    return targetDigest(bytes);
  }

  async #repair(key: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const stored = await this.#storage.read(key, signal);
    if (!stored || !Buffer.from(stored.bytes).equals(bytes)) await this.#storage.write(key, bytes, { durable: 'flushed', signal });
  }
}
