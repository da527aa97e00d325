import { ByomlError, z } from '@byoml/core';
import { printable } from '../trust/refusal.ts';
import { registryAddress } from './registry-address.ts';

const timeoutMs = 30_000;
const largest = 8 << 20;
const person = z.object({ username: z.string() });
const answer = z.object({ objects: z.array(z.object({ package: z.object({ name: z.string(), version: z.string(), description: z.string().default(''), date: z.string().default(''), maintainers: z.array(person).default([]) }) })).max(250) });

/** A package that a search found. What a registry says in a search is not signed: it is for people, who then look at the offer. */
export interface SearchHit {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly owners: readonly string[];
  /** ISO 8601; empty when the registry does not say. */
  readonly published: string;
}

/** Asks a registry for packages that fit the words of a text, the best first. Throws REGISTRY_FAILED, also for an offline bundle, which has no search. */
export async function searchRegistry(registry: string, text: string, signal: AbortSignal): Promise<readonly SearchHit[]> {
  const { text: address, folder } = registryAddress(registry);
  if (folder !== undefined) throw failed(address, 'an offline bundle cannot be searched');
  const url = new URL(`-/v1/search?${new URLSearchParams({ text: text.slice(0, 200), size: '50' }).toString()}`, address);
  const { objects } = await found(url, address, signal);
  return objects.map(({ package: { name, version, description, date, maintainers } }) => ({ name: printable(name), version: printable(version), description: printable(description), owners: maintainers.map(({ username }) => printable(username)), published: printable(date) }));
}

const failed = (address: string, because: string, cause?: unknown): ByomlError => new ByomlError('REGISTRY_FAILED', `registry ${address}: ${printable(because)}`, { details: { registry: address }, ...(cause === undefined ? {} : { cause }) });

async function found(url: URL, address: string, signal: AbortSignal): Promise<z.infer<typeof answer>> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    return answer.parse(JSON.parse(await bounded(response)));
  } catch (thrown) {
    signal.throwIfAborted();
    throw failed(address, `the search failed: ${thrown instanceof z.ZodError ? 'its answer is none' : (thrown as Error).message}`, thrown);
  }
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > largest) throw new Error(`its answer is longer than ${largest} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
