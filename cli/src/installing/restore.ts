import { printable } from '../render/plugin-printable.ts';
import { bold } from '../render/colour.ts';
import type { LockedPlugin, Marketplace } from './marketplace.ts';

/** What `plugins install --json` without a name prints. */
export interface RestoredDocument {
  readonly restored: ReadonlyArray<{
    readonly name: string;
    readonly version: string;
    /** Of the tarball: `sha512-` and base64. */
    readonly digest: string;
    readonly level: LockedPlugin['level'];
  }>;
}

/** Restores what plugins.lock says. Nobody is asked: what was agreed to stands in the lock. Throws what the client throws. */
export async function restore(client: Pick<Marketplace, 'restorePlugins'>, request: Parameters<Marketplace['restorePlugins']>[0], signal: AbortSignal): Promise<RestoredDocument> {
  const placed = await client.restorePlugins(request, signal);
  return printable({ restored: placed.map(({ name, locked: { version, integrity, level } }) => ({ name, version, digest: integrity, level })) });
}

export const restoredText = ({ restored }: RestoredDocument): string =>
  (restored.length === 0 ? 'plugins.lock has no plugins' : restored.map(({ name, version, level }) => `restored ${bold(`${name} ${version}`)}, level ${level}`).join('\n'));
