import { join } from 'node:path';
import { ByomlError, isByomlError } from '@byoml/core';
import type { PublicKey } from '../trust/keys.ts';
import { trustedTargets, type TrustedTargets } from '../trust/tuf/client.ts';
import { registryAddress, registryId } from './registry-address.ts';
import { openTransport, type RegistryTransport } from './registry-transport.ts';
import { pinRoot, registryKeys, rootKeys, trustedRootOf } from './trust-root.ts';
import { placesOf } from './workspace-places.ts';

/** A registry whose metadata was verified a moment ago. Failures of its methods: TRUST_REFUSED, REGISTRY_FAILED when it stopped answering. */
export interface RegistrySession extends AsyncDisposable {
  /** Ends in a slash. */
  readonly address: string;
  readonly transport: RegistryTransport;
  /** Where the workspace remembers this registry. */
  readonly folder: string;
  /** Ids of its root keys. */
  readonly rootKeys: readonly string[];
  /** Keys whose signatures count as the registry's. */
  readonly keys: readonly PublicKey[];
  /** The signed object; undefined when nothing was signed there. Throws TRUST_REFUSED also when it is longer than `limit` bytes. */
  signed(path: string, limit: number): Promise<Uint8Array | undefined>;
}

export interface SessionRequest {
  readonly workspace: string;
  readonly registry: string;
  readonly trustedRoot?: Uint8Array | undefined;
}

/** Opens a registry with the memory that the workspace has of it, and pins its root at the first contact. Throws TRUST_REFUSED, REGISTRY_FAILED, USAGE_INVALID. */
export async function openSession({ workspace, registry, trustedRoot: given }: SessionRequest, signal: AbortSignal): Promise<RegistrySession> {
  const address = registryAddress(registry);
  const folder = join(placesOf(workspace).trust, registryId(address.text));
  const { transport, firstRoot } = await openTransport(address, signal);
  const root = await trustedRootOf(folder, { given, offered: firstRoot });
  const targets = await reachable(transport, () => trustedTargets({ from: transport, trustedRoot: root, folder }, signal));
  try {
    await pinRoot(folder, root);
    return new Session({ address: address.text, transport, folder, rootKeys: rootKeys(root), keys: await registryKeys(folder, root), targets });
  } catch (thrown) {
    await targets[Symbol.asyncDispose]();
    throw thrown;
  }
}

/** What a registry that cannot be reached makes of every question is REGISTRY_FAILED, not distrust. */
async function reachable<T>(transport: RegistryTransport, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    transport.throwIfUnreachable();
    throw thrown;
  }
}

const isUnsigned = (thrown: unknown): boolean => isByomlError(thrown) && String(thrown.details['because']).startsWith('the registry has signed nothing at');

class Session implements RegistrySession {
  readonly address: string;
  readonly transport: RegistryTransport;
  readonly folder: string;
  readonly rootKeys: readonly string[];
  readonly keys: readonly PublicKey[];
  readonly #targets: TrustedTargets;

  constructor({ address, transport, folder, rootKeys: ids, keys, targets }: Omit<RegistrySession, 'signed' | typeof Symbol.asyncDispose> & { readonly targets: TrustedTargets }) {
    this.address = address;
    this.transport = transport;
    this.folder = folder;
    this.rootKeys = ids;
    this.keys = keys;
    this.#targets = targets;
  }

  signed(path: string, limit: number): Promise<Uint8Array | undefined> {
    return reachable(this.transport, async () => {
      const target = await this.#targets.target(path).catch((thrown: unknown) => {
        if (isUnsigned(thrown)) return undefined;
        throw thrown;
      });
      if (!target) return undefined;
      if (target.length > limit) throw new ByomlError('TRUST_REFUSED', `${path}: it has ${target.length} bytes, more than ${limit}`, { details: { what: path } });
      return await this.#targets.download(path);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#targets[Symbol.asyncDispose]();
  }
}
