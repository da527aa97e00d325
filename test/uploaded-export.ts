import { globSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';

const atOnce = 16;

/** Puts files into a container, which is made: append blobs as the service does, or block blobs as other writers do. `named` gives the name of a blob of its path. */
export async function uploaded(connectionString: string, container: string, from: string, { append = true, named = (path: string): string => path } = {}): Promise<ContainerClient> {
  const client = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(container);
  await client.createIfNotExists();
  const paths = globSync('**/*', { cwd: from, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => relative(from, join(entry.parentPath, entry.name)));
  const put = async (path: string): Promise<void> => {
    const [content, name] = [readFileSync(join(from, path)), named(path.replaceAll(sep, '/'))];
    if (!append) return void (await client.getBlockBlobClient(name).upload(content, content.length));
    const blob = client.getAppendBlobClient(name);
    await blob.create();
    await blob.appendBlock(content, content.length);
  };
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) await put(path);
  }));
  return client;
}
