import { ByomlError } from '@byoml/core';
import { administrator } from '../accounts/account.ts';
import type { Administered } from './administered.ts';
import type { VersionName } from './version-named.ts';

/** A version after it was taken out of new installations, or let back in. */
export interface Yanked extends VersionName {
  /** Null: it may be installed again. */
  readonly reason: string | null;
}

/** Takes a version out of what is newly installed; a null reason lets it back in. Who has it keeps it. Throws PACKAGE_UNKNOWN, USAGE_INVALID for an empty reason. */
export async function yankVersion({ registry: { packages, signal } }: Administered, { name, version }: VersionName, reason: string | null): Promise<Yanked> {
  if (reason?.trim() === '') throw new ByomlError('USAGE_INVALID', 'a version is withdrawn with a reason, for those who have it');
  await packages.history.refresh(signal);
  const held = (await packages.state(name, signal)).versions.get(version);
  if (!held) throw new ByomlError('PACKAGE_UNKNOWN', `${name}@${version}: the registry has no such version`, { details: { name, version } });
  if ((held.yanked ?? null) !== reason) await packages.decide({ kind: 'yank', name, by: administrator, versions: [{ version, reason: reason ?? '' }] }, { signal });
  return { name, version, reason };
}
