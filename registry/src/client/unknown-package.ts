import { ByomlError, z } from '@byoml/core';
import { printable } from '../trust/refusal.ts';

const answer = z.object({ error: z.object({ message: z.string().max(2000) }) });
const timeoutMs = 10_000;
const largest = 64 << 10;

/** PACKAGE_UNKNOWN for what a registry has not signed: with the registry's own reason where it gives one, such as when a version appears. */
export async function unknownPackage({ address, name, version }: { readonly address: string; readonly name: string; readonly version: string | undefined }, signal: AbortSignal): Promise<ByomlError> {
  const what = version === undefined ? name : `${name}@${version}`;
  const reason = address.startsWith('http') ? await reasonOf(`${address}${name.replace('/', '%2f')}/${encodeURIComponent(version ?? 'latest')}`, signal) : undefined;
  return new ByomlError('PACKAGE_UNKNOWN', reason ?? `${what}: the registry ${address} has no such package or version`, { details: { name, ...(version !== undefined && { version }), registry: address } });
}

/** The reason is only told to people: it was not signed. */
async function reasonOf(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
    const length = Number(response.headers.get('content-length') ?? Infinity);
    if (response.ok || length > largest) {
      await response.body?.cancel();
      return undefined;
    }
    return printable(answer.parse(await response.json()).error.message);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
