import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { startAzurite } from '@byoml/fixtures/azurite';

/** A container whose blobs everybody may read, by a blob service that knows nothing of npm. */
export interface PublicContainer extends AsyncDisposable {
  /** Ends in a slash. */
  readonly url: string;
  /** Uploads the folder of an export: each file under its path, a packument under the path that npm asks for. */
  upload(folder: string): Promise<void>;
}

const packument = /^npm\/.*\/index\.json$/;

/** Starts Azurite with such a container. Throws when it does not come up. */
export async function startPublicContainer(): Promise<PublicContainer> {
  const azurite = await startAzurite();
  const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('plugins');
  await container.create({ access: 'blob' });
  return {
    url: `${azurite.accountUrl}/plugins/`,
    upload: async (folder) => {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        const file = relative(folder, path).replaceAll(sep, '/');
        const name = packument.test(file) ? file.slice(0, -'/index.json'.length) : file;
        await container.getBlockBlobClient(name).uploadFile(path, { blobHTTPHeaders: { blobContentType: file.endsWith('.json') ? 'application/json' : 'application/octet-stream' } });
      }
    },
    [Symbol.asyncDispose]: () => azurite[Symbol.asyncDispose](),
  };
}
