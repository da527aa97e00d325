import type { TokenCredential } from '@azure/identity';
import type { BlobItem, BlobServiceClient, ContainerClient } from '@azure/storage-blob';
import type { Credential, Way } from './credential.ts';
import { retried, type Patience } from './retried.ts';
import { translated, type Asked } from './translated.ts';

/** A blob as the service lists it. */
export interface ListedBlob {
  readonly name: string;
  readonly bytes: number;
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** An append blob: what it holds never changes, it only grows. */
  readonly grows: boolean;
}

/** What lies directly below a prefix that ends in a slash. */
export interface Level {
  /** Prefixes that end in a slash. */
  readonly folders: readonly string[];
  readonly blobs: readonly ListedBlob[];
}

/** The bytes of a blob from one to another, half-open. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Only if the blob still has it: else the call throws what `isChanged` knows. */
  readonly etag?: string | undefined;
}

interface Part {
  readonly created: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** A container, asked for one thing at a time. `level` and `below` throw errors of the catalogue or the signal's reason; the others what the SDK does, for `failure`. */
export interface Container {
  readonly address: string;
  addressOf(name: string): string;
  /** Whether a URL can say the name: a part `..` would be resolved away. */
  canAddress(name: string): boolean;
  level(prefix: string, signal: AbortSignal): Promise<Level>;
  below(prefix: string, signal: AbortSignal): AsyncIterable<readonly ListedBlob[]>;
  /** One attempt: who reads on after a cut knows from where. */
  open(name: string, stretch: Stretch, signal: AbortSignal): Promise<Part>;
  properties(name: string, signal: AbortSignal): Promise<ListedBlob>;
  /** The error of the catalogue for what `open` or `properties` threw. */
  failure(thrown: unknown, name: string, signal: AbortSignal): unknown;
}

export interface Store {
  container(name: string): Container;
  /** Names that begin with a prefix; needs a right of its own, on the account. */
  containers(prefix: string, signal: AbortSignal): Promise<readonly string[]>;
}

export interface StoreOptions {
  /** Of the blob endpoint. */
  readonly url: string;
  readonly credential: Credential;
  readonly now: () => Date;
  readonly patience: Patience;
}

const pageSize = 5000;

/** A storage account. The only place that knows the SDK; it is loaded here, as is what signs in. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const client = await serviceClient(options);
  const { url, credential, now, patience } = options;
  const asked = (address: string, signal: AbortSignal, container?: string): Asked => ({ address, account: url, container, credential, now: now(), signal });
  return {
    container: (name) => containerOf(client.getContainerClient(name), { address: `${url}/${name}`, patience, asked: (address, signal) => asked(address, signal, name) }),
    containers: async (prefix, signal) => {
      try {
        const found: string[] = [];
        for await (const { name } of client.listContainers({ prefix, abortSignal: signal })) found.push(name);
        return found;
      } catch (thrown) {
        throw translated(thrown, asked(url, signal));
      }
    },
  };
}

async function serviceClient({ url, credential }: StoreOptions): Promise<BlobServiceClient> {
  const { BlobServiceClient: Client, StorageSharedKeyCredential: SharedKey } = await import('@azure/storage-blob');
  // Attempts are counted here, where each can be given its time.
  const options = { retryOptions: { maxTries: 1 } };
  if (credential.kind === 'sas') return new Client(`${url}?${credential.query}`, undefined, options);
  if (credential.kind === 'key') return new Client(url, new SharedKey(credential.account, credential.key), options);
  return new Client(url, await tokenCredential(credential.ways), options);
}

/** The first way that works here; those that cannot work on this machine say so when they are asked. */
async function tokenCredential(ways: readonly Way[]): Promise<TokenCredential> {
  const { AzureCliCredential, ChainedTokenCredential, CredentialUnavailableError, ManagedIdentityCredential, WorkloadIdentityCredential } = await import('@azure/identity');
  const clientId = process.env['AZURE_CLIENT_ID'];
  const make: Readonly<Record<Way, () => TokenCredential>> = {
    workload: () => new WorkloadIdentityCredential(),
    // Among others it asks first whether there is such an endpoint: elsewhere that takes a minute to fail.
    managed: () => new ManagedIdentityCredential({ ...(clientId ? { clientId } : {}), ...(ways.length > 1 ? { sendProbeRequest: true } : {}) }),
    cli: () => new AzureCliCredential(),
  };
  const credentials = ways.map((way): TokenCredential => {
    try {
      return make[way]();
    } catch (thrown) {
      return { getToken: () => Promise.reject(new CredentialUnavailableError((thrown as Error).message)) };
    }
  });
  return credentials.length === 1 ? (credentials[0] as TokenCredential) : new ChainedTokenCredential(...credentials);
}

interface Place {
  readonly address: string;
  readonly patience: Patience;
  readonly asked: (address: string, signal: AbortSignal) => Asked;
}

function containerOf(client: ContainerClient, { address, patience, asked }: Place): Container {
  const addressOf = (name: string): string => `${address}/${escaped(name)}`;
  const ask = async <T>(where: string, signal: AbortSignal, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await retried(attempt, signal, patience);
    } catch (thrown) {
      throw translated(thrown, asked(where, signal));
    }
  };
  return {
    address,
    addressOf,
    canAddress: (name) => canAddress(client, name),
    async level(prefix, signal) {
      const [folders, blobs]: [string[], ListedBlob[]] = [[], []];
      for await (const { segment } of pages((settings, abortSignal) => client.listBlobsByHierarchy('/', { prefix, abortSignal }).byPage(settings), (attempt) => ask(address, signal, attempt))) {
        folders.push(...(segment.blobPrefixes ?? []).map(({ name }) => name));
        blobs.push(...segment.blobItems.map(listed));
      }
      return { folders, blobs };
    },
    async *below(prefix, signal) {
      for await (const { segment } of pages((settings, abortSignal) => client.listBlobsFlat({ prefix, abortSignal }).byPage(settings), (attempt) => ask(address, signal, attempt))) yield segment.blobItems.map(listed);
    },
    async open(name, { from: start, to, etag }, abortSignal) {
      const answer = await client.getBlobClient(name).download(start, to - start, { abortSignal, maxRetryRequests: 0, ...(etag === undefined ? {} : { conditions: { ifMatch: `"${etag}"` } }) });
      return { created: answer.createdOn?.getTime() ?? 0, body: answer.readableStreamBody as AsyncIterable<Uint8Array> & NodeJS.ReadableStream };
    },
    properties: (name, signal) =>
      retried(async (abortSignal) => {
        const { contentLength, etag, createdOn, blobType } = await client.getBlobClient(name).getProperties({ abortSignal });
        return { name, bytes: contentLength ?? 0, etag: bare(etag), created: createdOn?.getTime() ?? 0, grows: blobType === 'AppendBlob' };
      }, signal, patience),
    failure: (thrown, name, signal) => translated(thrown, asked(addressOf(name), signal)),
  };
}

function canAddress(client: ContainerClient, name: string): boolean {
  try {
    return decodeURIComponent(new URL(client.getBlobClient(name).url).pathname).endsWith(`/${client.containerName}/${name}`);
  } catch {
    return false;
  }
}

interface Page {
  readonly continuationToken?: string;
}
interface PageSettings {
  readonly maxPageSize: number;
  readonly continuationToken?: string;
}

/** All pages of a list, each asked for by itself, so that a failure repeats one page and not the list. */
async function* pages<T extends Page>(list: (settings: PageSettings, signal: AbortSignal) => AsyncIterableIterator<T>, ask: (attempt: (signal: AbortSignal) => Promise<T>) => Promise<T>): AsyncGenerator<T> {
  for (let token: string | undefined; ; ) {
    const settings: PageSettings = { maxPageSize: pageSize, ...(token === undefined ? {} : { continuationToken: token }) };
    const page = await ask(async (signal) => (await list(settings, signal).next()).value as T);
    yield page;
    token = page.continuationToken || undefined;
    if (token === undefined) return;
  }
}

const bare = (etag: string | undefined): string => (etag ?? '').replaceAll('"', '');

const listed = ({ name, properties: { contentLength, etag, createdOn, lastModified, blobType } }: BlobItem): ListedBlob => ({
  name, bytes: contentLength ?? 0, etag: bare(etag), created: (createdOn ?? lastModified).getTime(), grows: blobType === 'AppendBlob',
});

/** Readable where the layout has `=` and `:`, and harmless in a terminal. */
const escaped = (name: string): string => name.toWellFormed().split('/').map((part) => encodeURIComponent(part).replaceAll('%3D', '=').replaceAll('%3A', ':')).join('/');

/** Whether a read found another content, or less of it. */
export const isChanged = (thrown: unknown): boolean => [412, 416].includes((thrown as { statusCode?: number }).statusCode ?? 0);
/** Whether a read found no blob. */
export const isGone = (thrown: unknown): boolean => (thrown as { statusCode?: number }).statusCode === 404 && (thrown as { code?: string }).code !== 'ContainerNotFound';

