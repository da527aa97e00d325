import type { Fetcher } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import { folder } from './files.ts';
import type { Transport } from './transport.ts';

/** The metadata is asked for under this address, which no request ever leaves for. */
export const metadataAddress = 'http://registry.invalid/';

const roleOf = (file: string): string => /^(?:\d+\.)?([a-z0-9-]+)\.json$/.exec(file)?.[1] ?? file;

/** Gives the updater what a transport reads, and remembers which role it was about. */
export class TransportFetcher implements Fetcher {
  /** The role that was last asked for. */
  role = 'root';
  readonly #transport: Transport;
  readonly #signal: AbortSignal;

  constructor(transport: Transport, signal: AbortSignal) {
    this.#transport = transport;
    this.#signal = signal;
  }

  async downloadBytes(url: string, maxLength: number): Promise<Buffer> {
    const file = url.slice(metadataAddress.length);
    const before = this.role;
    this.role = roleOf(file);
    const bytes = await this.#transport.read(`${folder}/${file}`, maxLength, this.#signal);
    if (bytes) return Buffer.from(bytes);
    // Looking for a newer root and finding none is how every session begins.
    if (this.role === 'root') this.role = before;
    throw new DownloadHTTPError(`${file} is not there`, 404);
  }

  /** Targets are read and checked in memory; the updater never asks for one. */
  downloadFile<T>(): Promise<T> {
    return Promise.reject(new Error('targets are not read through files'));
  }
}
