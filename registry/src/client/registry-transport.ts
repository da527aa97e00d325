import { ByomlError, isByomlError } from '@byoml/core';
import { httpTransport, type Transport } from '../trust/tuf/transport.ts';
import { printable } from '../trust/refusal.ts';
import { bundleTransport } from './bundle-transport.ts';
import type { RegistryAddress } from './registry-address.ts';

/** Reads a registry, and remembers that it could not be reached: who follows signed metadata cannot tell that from metadata that does not hold. */
export interface RegistryTransport extends Transport {
  /** Throws REGISTRY_FAILED when something could not be read since. */
  throwIfUnreachable(): void;
}

const firstRoot = 'tuf/1.root.json';
const largestRoot = 512_000;

/** The transports that an address may stand for: it itself, and for static hosting, whose packages lie under `npm/`, the folder above. */
const candidates = ({ text, folder }: RegistryAddress): readonly Transport[] => {
  if (folder !== undefined) return [bundleTransport(folder)];
  return [text, ...(text.endsWith('/npm/') ? [new URL('..', text).href] : [])].map((url) => httpTransport({ url }));
};

/** Finds where a registry's signed metadata lies, and answers its first root. Throws REGISTRY_FAILED when nothing answers as a registry. */
export async function openTransport(address: RegistryAddress, signal: AbortSignal): Promise<{ readonly transport: RegistryTransport; readonly firstRoot: Uint8Array }> {
  for (const candidate of candidates(address)) {
    const transport = remembering(candidate, address.text);
    const root = await transport.read(firstRoot, largestRoot, signal).catch((thrown: unknown) => {
      signal.throwIfAborted();
      transport.throwIfUnreachable();
      throw thrown;
    });
    if (root) return { transport, firstRoot: root };
  }
  throw new ByomlError('REGISTRY_FAILED', `registry ${address.text}: it has no signed metadata (${firstRoot})`, { details: { registry: address.text } });
}

function remembering(transport: Transport, registry: string): RegistryTransport {
  let failure: unknown;
  return {
    read: async (path, limit, signal) => {
      try {
        return await transport.read(path, limit, signal);
      } catch (thrown) {
        if (!(thrown as Error).message.includes('never signed') && !(thrown as Error).message.includes('leads out')) failure = thrown;
        throw thrown;
      }
    },
    throwIfUnreachable: () => {
      if (failure === undefined) return;
      if (isByomlError(failure)) throw failure;
      throw new ByomlError('REGISTRY_FAILED', `registry ${registry}: ${printable((failure as Error).message)}`, { cause: failure, details: { registry } });
    },
  };
}
