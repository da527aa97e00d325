import { randomUUID } from 'node:crypto';
import { BlobServiceClient, type BlockBlobClient, type BlobRequestConditions, type ContainerClient, type StorageRetryOptions } from '@azure/storage-blob';
import { ByomlError } from '@byoml/core';
import { codeOf, failure, isAnswerLost, isMissing, isRefusal, type Place } from './azure-blob-failure.ts';
import { checkedSettings, invalidSettings, type AzureBlobAccess, type AzureBlobSettings, type CheckedSettings } from './azure-blob-settings.ts';
import { isKey, refuseInvalidKey, refuseInvalidPrefix } from './key.ts';
import { servedHeaders } from './served-headers.ts';
import { absent, type Condition, type Storage, type Stored } from './storage.ts';

export type { AzureBlobAccess, AzureBlobSettings, AzureCredential } from './azure-blob-settings.ts';

const readTries = 3;
const retries: StorageRetryOptions = { maxTries: 4, retryDelayInMs: 500, maxRetryDelayInMs: 5000 };

/**
 * Keeps objects as block blobs of one container; any number of processes may work on it. An object's blob has its key as name and is
 * served by the blob service as it is. Versions are ETags: only they can go into If-Match, so that comparing and changing is one request;
 * they change with every write, also of the same content. Not for accounts with a hierarchical namespace, where no blob lies under another.
 * Does nothing yet: what is wrong with the account shows at the first operation. Throws SETTINGS_INVALID.
 */
export function azureBlobStorage(settings: AzureBlobSettings): Storage {
  return new AzureBlobStorage(checkedSettings(settings));
}

/** Who wrote a blob and what it replaced, kept as its metadata: tells after a lost answer whether a write happened. */
interface Trace extends Record<string, string> {
  readonly byomlwrite: string;
  readonly byomlover: string;
}

const traceOver = (expected: string | undefined): Trace => ({ byomlwrite: randomUUID(), byomlover: expected ?? '' });

interface Found {
  readonly etag?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

interface Change<T> {
  readonly send: (container: ContainerClient) => Promise<T>;
  /** What became of a change that is refused after an answer was lost. */
  readonly settle: () => Promise<T | undefined>;
}

class AzureBlobStorage implements Storage {
  /** Tries again by itself. */
  readonly #patient: ContainerClient;
  readonly #once: ContainerClient;
  readonly #place: Place;
  readonly #settings: CheckedSettings;

  constructor(settings: CheckedSettings) {
    const service = clientOf(settings.access, retries);
    this.#settings = settings;
    this.#patient = service.getContainerClient(settings.container);
    this.#once = clientOf(settings.access, { maxTries: 1 }).getContainerClient(settings.container);
    this.#place = { account: service.accountName || new URL(service.url).hostname, container: settings.container };
  }

  async read(key: string, signal: AbortSignal): Promise<Stored | undefined> {
    refuseNow(key, signal);
    return this.#told(`cannot read ${key}`, signal, (stop) => unlessMissing(() => wholeOf(this.#patient.getBlockBlobClient(key), stop)));
  }

  async write(key: string, bytes: Uint8Array, { expected, signal }: Condition): Promise<string | undefined> {
    refuseNow(key, signal);
    if (!canBeVersion(expected)) return undefined;
    const content = Buffer.from(bytes); // a copy: the caller may change its bytes while they are sent
    const trace = traceOver(expected);
    return this.#told(`cannot write ${key}`, signal, (stop) => {
      const options = { abortSignal: stop, conditions: conditionsOf(expected), blobHTTPHeaders: servedHeaders(key), metadata: trace };
      const send = async (container: ContainerClient) => etagOf(await container.getBlockBlobClient(key).upload(content, content.length, options));
      return expected === undefined ? send(this.#patient) : this.#conditionally({ send, settle: async () => this.#outcome(key, trace, await this.#properties(key, stop)) });
    });
  }

  /** The service answers when a blob is durable. */
  async flush(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
  }

  async delete(key: string, { expected, signal }: Condition): Promise<boolean> {
    refuseNow(key, signal);
    if (!canBeVersion(expected)) return false;
    return this.#told(`cannot delete ${key}`, signal, async (stop) => {
      if (expected === absent) return (await this.#properties(key, stop)) === undefined;
      const options = { abortSignal: stop, conditions: conditionsOf(expected) };
      const send = async (container: ContainerClient) => Boolean(await container.getBlobClient(key).delete(options));
      if (expected === undefined) return (await unlessMissing(() => send(this.#patient))) ?? true;
      const settle = async () => {
        const found = await this.#properties(key, stop);
        return found === undefined || Boolean(this.#outcome(key, traceOver(expected), found));
      };
      return (await this.#conditionally({ send, settle })) ?? false;
    });
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<string> {
    refuseInvalidPrefix(prefix);
    let [before, marker]: [string, string | undefined] = ['', undefined];
    do {
      const page: Page = await this.#told('cannot list', signal, (stop) => pageOf(this.#patient, { prefix, marker, stop }));
      for (const key of page.keys) {
        signal.throwIfAborted();
        if (key <= before) throw this.#failed(`lists ${key} behind ${before}: an account with a hierarchical namespace cannot hold a registry`);
        yield key;
        before = key;
      }
      ({ marker } = page);
    } while (marker);
  }

  /** Connections end by themselves when they are idle. */
  async [Symbol.asyncDispose](): Promise<void> {}

  /** The SDK would try again by itself, but then "not as expected" may be the echo of a first try that was done and whose answer was lost. */
  async #conditionally<T>({ send, settle }: Change<T>): Promise<T | undefined> {
    try {
      return await send(this.#once);
    } catch (thrown) {
      if (isRefusal(thrown)) return undefined;
      if (!isAnswerLost(thrown)) throw thrown;
    }
    try {
      return await send(this.#patient);
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
      return await settle();
    }
  }

  #properties(key: string, abortSignal: AbortSignal): Promise<Found | undefined> {
    return unlessMissing(() => this.#patient.getBlobClient(key).getProperties({ abortSignal }));
  }

  /** The version when what is stored was written by `trace`; undefined when another write replaced what `trace` was to replace. Throws STORAGE_FAILED when nobody can tell. */
  #outcome(key: string, trace: Trace, found: Found | undefined): string | undefined {
    if (found?.metadata?.['byomlwrite'] === trace.byomlwrite) return etagOf(found);
    if (found?.metadata?.['byomlover'] === trace.byomlover) return undefined;
    throw this.#failed(`the answer to a change of ${key} was lost, and the object changed since: it is not known whether the change was done before`);
  }

  /** Runs one operation until its end, the signal or the deadline; its failures lose everything that could hold a secret. */
  async #told<T>(what: string, signal: AbortSignal, work: (stop: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const { deadlineMs } = this.#settings;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), deadlineMs);
    try {
      const stop = AbortSignal.any([signal, deadline.signal]);
      return await Promise.race([this.#inContainer(work, stop), stopping(stop)]);
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof ByomlError) throw thrown;
      if (deadline.signal.aborted) throw this.#failed(`${what}: no answer within ${deadlineMs / 1000} s`);
      throw failure(this.#place, what, thrown);
    } finally {
      clearTimeout(timer);
    }
  }

  async #inContainer<T>(work: (stop: AbortSignal) => Promise<T>, stop: AbortSignal): Promise<T> {
    try {
      return await work(stop);
    } catch (thrown) {
      if (!this.#settings.createContainer || codeOf(thrown) !== 'ContainerNotFound') throw thrown;
    }
    await this.#patient.createIfNotExists({ abortSignal: stop });
    return work(stop);
  }

  #failed(what: string): ByomlError {
    const { account, container } = this.#place;
    return new ByomlError('STORAGE_FAILED', `storage ${account}/${container}: ${what}`, { details: { account, container } });
  }
}

/** Never succeeds. Ends what does not listen to the signal, such as a credential that waits for its token. */
const stopping = (stop: AbortSignal): Promise<never> => new Promise((_, reject) => stop.addEventListener('abort', () => reject(stop.reason as Error), { once: true }));

/** Throws SETTINGS_INVALID without the SDK's error, which quotes what it could not read. */
function clientOf(access: AzureBlobAccess, retryOptions: StorageRetryOptions): BlobServiceClient {
  try {
    if ('connectionString' in access) return BlobServiceClient.fromConnectionString(access.connectionString, { retryOptions });
    if ('credential' in access) return new BlobServiceClient(access.accountUrl, access.credential, { retryOptions });
    return new BlobServiceClient(`${access.accountUrl}?${access.sas}`, undefined, { retryOptions });
  } catch {
    throw invalidSettings('connectionString' in access ? 'connectionString' : 'accountUrl', 'cannot be read');
  }
}

function refuseNow(key: string, signal: AbortSignal): void {
  signal.throwIfAborted();
  refuseInvalidKey(key);
}

/** Whether If-Match can carry it: a text from elsewhere is no version of any blob, and `*` would match them all. */
const canBeVersion = (expected: string | undefined): boolean => expected === undefined || expected === absent || /^"[\x21\x23-\x7e]{1,200}"$/.test(expected);

function conditionsOf(expected: string | undefined): BlobRequestConditions {
  if (expected === undefined) return {};
  return expected === absent ? { ifNoneMatch: '*' } : { ifMatch: expected };
}

function etagOf({ etag }: Found): string {
  if (etag === undefined) throw Object.assign(new Error('an answer without ETag'), { code: 'ETAG_MISSING' });
  return etag;
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  }
}

/** A blob that changes or breaks off while it is read is read from its beginning: the bytes of two versions never meet. */
async function wholeOf(blob: BlockBlobClient, abortSignal: AbortSignal): Promise<Stored> {
  for (let tries = 1; ; tries++) {
    const answer = await blob.download(0, undefined, { abortSignal });
    try {
      return { bytes: await joined(answer.readableStreamBody ?? []), version: etagOf(answer) };
    } catch (thrown) {
      if (tries === readTries || abortSignal.aborted) throw thrown;
    }
  }
}

async function joined(chunks: AsyncIterable<Buffer | string> | Iterable<Buffer>): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk as Buffer);
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

interface Page {
  readonly keys: readonly string[];
  readonly marker: string | undefined;
}

/** What else lies in the container and could not be read by its name is left out. */
async function pageOf(container: ContainerClient, { prefix, marker, stop }: { prefix: string; marker: string | undefined; stop: AbortSignal }): Promise<Page> {
  const pages = container.listBlobsFlat({ prefix, abortSignal: stop }).byPage(marker === undefined ? {} : { continuationToken: marker });
  const { value } = await pages.next();
  return { keys: value.segment.blobItems.map(({ name }: { name: string }) => name).filter(isKey), marker: value.continuationToken || undefined };
}
