import { TargetFile, Updater } from 'tuf-js';
import { isByomlError } from '@byoml/core';
import { messageOf, refusal } from '../refusal.ts';
import { openClientState, type ClientState } from './client-state.ts';
import { TransportFetcher, metadataAddress } from './fetcher.ts';
import { largestFile } from './metadata.ts';
import { refuseInvalidTarget, refuseOtherBytes, type TargetDigest } from './target.ts';
import { httpTransport, type Transport } from './transport.ts';

/** Whom a client trusts and where it looks. */
export interface TrustedTargetsOptions {
  /** Address of the registry, or another way to read one. */
  readonly from: string | Transport;
  /** The bytes of a `root.json` that came another way than from the registry, or were shown to a person once. */
  readonly trustedRoot: Uint8Array;
  /** Where the client remembers which versions it has seen: without it nobody notices a rollback. */
  readonly folder: string;
}

/** The signed objects of a registry, as of one moment. Every failure is TRUST_REFUSED and names the role and the reason. */
export interface TrustedTargets extends AsyncDisposable {
  /** What the registry has signed about a path. */
  target(path: string): Promise<TargetDigest>;
  /** Throws unless the bytes are the signed ones of this path: for what was read elsewhere. */
  verify(path: string, bytes: Uint8Array): Promise<void>;
  /** Reads the object, never more bytes than were signed, and verifies it. */
  download(path: string): Promise<Uint8Array>;
}

const config = { rootMaxLength: largestFile.root, timestampMaxLength: largestFile.timestamp, snapshotMaxLength: largestFile.snapshot, targetsMaxLength: largestFile.targets, maxRootRotations: 256, maxDelegations: 4 };

/**
 * Follows the registry's metadata from the trusted root: roots in a chain, then timestamp, snapshot and targets, by the clock of this machine.
 * Throws TRUST_REFUSED naming role and reason, WRITE_FAILED when the folder cannot be used, and the signal's reason.
 */
export async function trustedTargets({ from, trustedRoot, folder }: TrustedTargetsOptions, signal: AbortSignal): Promise<TrustedTargets> {
  const transport = typeof from === 'string' ? httpTransport({ url: from }) : from;
  const state = await openClientState(folder, trustedRoot);
  try {
    const session = new Session(state, transport, signal);
    await session.refresh();
    return session;
  } catch (thrown) {
    await state[Symbol.asyncDispose]();
    throw thrown;
  }
}

class Session implements TrustedTargets {
  readonly #state: ClientState;
  readonly #transport: Transport;
  readonly #signal: AbortSignal;
  readonly #fetcher: TransportFetcher;
  readonly #updater: Updater;

  constructor(state: ClientState, transport: Transport, signal: AbortSignal) {
    this.#state = state;
    this.#transport = transport;
    this.#signal = signal;
    this.#fetcher = new TransportFetcher(transport, signal);
    try {
      this.#updater = new Updater({ metadataDir: state.folder, metadataBaseUrl: metadataAddress, fetcher: this.#fetcher, config });
    } catch (thrown) {
      throw refusal('root', `the trusted root does not hold: ${messageOf(thrown)}`, thrown);
    }
  }

  async refresh(): Promise<void> {
    try {
      await this.#told(() => this.#updater.refresh());
    } finally {
      // What was verified before a failure counts: a root that was followed, a timestamp that must not go back.
      await this.#state.save();
    }
  }

  async target(path: string): Promise<TargetDigest> {
    refuseInvalidTarget(path);
    const found = await this.#told(() => this.#updater.getTargetInfo(path));
    // Names such as `constructor` find what every object has.
    if (!(found instanceof TargetFile)) throw refusal('targets', `the registry has signed nothing at ${path}`);
    const { sha256 } = found.hashes;
    if (!sha256) throw refusal('targets', `${path} was signed without a SHA-256`);
    return { length: found.length, sha256 };
  }

  async verify(path: string, bytes: Uint8Array): Promise<void> {
    refuseOtherBytes(path, bytes, await this.target(path));
  }

  async download(path: string): Promise<Uint8Array> {
    const expected = await this.target(path);
    this.#fetcher.role = 'targets';
    const bytes = await this.#told(() => this.#transport.read(path, expected.length, this.#signal));
    if (!bytes) throw refusal('targets', `${path} was signed but is not there`);
    refuseOtherBytes(path, bytes, expected);
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#state.save();
    } finally {
      await this.#state[Symbol.asyncDispose]();
    }
  }

  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      this.#signal.throwIfAborted();
      if (isByomlError(thrown)) throw thrown;
      const because = messageOf(thrown).replace(/^Unable to load \w+(?: metadata)? error \w+: /, '');
      const named = /^(?:Final )?([a-z0-9-]+)\.json is expired$/.exec(because)?.[1];
      throw refusal(named ?? this.#fetcher.role, because, thrown);
    }
  }
}
