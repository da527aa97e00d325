import { ByomlError } from '@byoml/core';
import { administrator } from '../accounts/account.ts';
import { appearance } from '../npm/history.ts';
import { release, type Released } from '../server/release.ts';
import type { Administered } from './administered.ts';
import type { VersionName } from './version-named.ts';

/** Lets a version appear now. Throws PACKAGE_UNKNOWN, REQUEST_INVALID for one that is visible already, ACCESS_DENIED for an account that may not. */
export async function promoteVersion({ registry }: Administered, { name, version }: VersionName, by: string = administrator): Promise<Released> {
  const { packages, now, signal } = registry;
  await packages.history.refresh(signal);
  const published = (await packages.state(name, signal)).versions.get(version)?.published;
  if (!published) throw new ByomlError('PACKAGE_UNKNOWN', `${name}@${version}: the registry has no such version`, { details: { name, version } });
  const appears = appearance(packages.history.of(name), published);
  if (appears !== null && Date.parse(appears) <= now()) throw new ByomlError('REQUEST_INVALID', `${name}@${version} is visible already, since ${appears}`, { details: { name, version, visible: appears } });
  // What the administrator has taken over from a bundle was held back by a check, not for want of a second person.
  if (by !== administrator || published.by !== administrator || published.secondPerson) return release(registry, { name, by }, version);
  const visible = new Date(now()).toISOString();
  await packages.decide({ kind: 'release', name, by, version, visible }, { signal });
  return { name, version, visible };
}
