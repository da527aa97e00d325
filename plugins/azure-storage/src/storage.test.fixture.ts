import { BlobServiceClient, StorageSharedKeyCredential, type ContainerClient, type StoragePipelineOptions } from '@azure/storage-blob';
import { z, type DataSourceDefinition, type Logger, type Run, type Scan, type Window } from '@byoml/core';
import { aRun, recordingLogger, type LogEntry } from '@byoml/core/testkit';
import type { Azurite } from '@byoml/fixtures/azurite';

export const always: Window = { from: new Date(0), to: new Date('2200-01-01') };
export const hours = (from: string, to: string): Window => ({ from: new Date(`2026-11-${from}:00Z`), to: new Date(`2026-11-${to}:00Z`) });
export const workspace = (name: string): string => `WorkspaceResourceId=/subscriptions/0/resourcegroups/rg/providers/microsoft.operationalinsights/workspaces/${name}`;
export const line = (id: string, fill = ''): string => `${JSON.stringify({ _ItemId: id, EventID: 5140, ...(fill === '' ? {} : { fill }) })}\n`;

/** Writes what a service or a person would have written. */
export interface Writer {
  readonly container: ContainerClient;
  readonly append: (name: string, text: string) => Promise<void>;
  readonly put: (name: string, content: string | Uint8Array) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}

/** `ca` is a certificate to trust, where the service has one that nobody knows. */
export async function writer({ accountUrl, account, accountKey }: Azurite, name: string, ca?: string): Promise<Writer> {
  const options: StoragePipelineOptions & { readonly tlsOptions?: { readonly ca: string } } = ca === undefined ? {} : { tlsOptions: { ca } };
  const container = new BlobServiceClient(accountUrl, new StorageSharedKeyCredential(account, accountKey), options).getContainerClient(name);
  await container.createIfNotExists();
  return {
    container,
    async append(blob, text) {
      const client = container.getAppendBlobClient(blob);
      await client.createIfNotExists();
      await client.appendBlock(text, Buffer.byteLength(text));
    },
    async put(blob, content) {
      await container.getBlockBlobClient(blob).upload(content, Buffer.byteLength(content));
    },
    async remove(blob) {
      await container.deleteBlob(blob);
    },
  };
}

type Files = Scan & { kind: 'files' };

export interface Scanner {
  readonly said: readonly LogEntry[];
  readonly scan: (window?: Window, run?: Partial<Run>) => Promise<Files>;
}

/** A source as a run has it, with a cache of its own. */
export function scanner(definition: DataSourceDefinition, settings: object, cache: string): Scanner {
  const log = recordingLogger();
  const services = { cache: { path: cache }, log: log satisfies Logger, clock: { now: () => new Date() } };
  const source = definition.create(z.parse(definition.settings, settings), services);
  return { said: log.entries, scan: (window = always, run = {}) => source.scan(window, aRun(run)) as Promise<Files> };
}
