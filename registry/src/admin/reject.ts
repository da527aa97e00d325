import { ByomlError } from '@byoml/core';
import { administrator } from '../accounts/account.ts';
import type { PublishEvent } from '../log/event.ts';
import { appearance } from '../npm/history.ts';
import type { Administered } from './administered.ts';
import type { VersionName } from './version-named.ts';

/** A version that will never appear. */
export interface Rejected extends VersionName {
  readonly reason: string;
}

/**
 * Decides that a version which nobody can see yet never appears, and tells its author why. Throws PACKAGE_UNKNOWN, REQUEST_INVALID for a version that is visible already,
 * USAGE_INVALID for an empty reason.
 */
export async function rejectVersion({ registry: { packages, submissions, now, signal } }: Administered, { name, version }: VersionName, reason: string): Promise<Rejected> {
  if (reason.trim() === '') throw new ByomlError('USAGE_INVALID', 'a version is rejected with a reason, for its author');
  await packages.history.refresh(signal);
  const published = (await packages.state(name, signal)).versions.get(version)?.published;
  if (!published) throw new ByomlError('PACKAGE_UNKNOWN', `${name}@${version}: the registry has no such version`, { details: { name, version } });
  const guard = (): void => refuseVisible(published, appearance(packages.history.of(name), published), now());
  guard();
  // First, so that whoever dies in between leaves a version that is still held, and can be rejected again.
  await submissions.reject({ name, version, by: published.by }, reason, signal);
  await packages.decide({ kind: 'unpublish', name, by: administrator, versions: [version] }, { guard, signal });
  await packages.contents.delete(name, version, signal);
  return { name, version, reason };
}

/** Who has a version already is not helped by its disappearing. */
function refuseVisible({ name, version }: PublishEvent, appears: string | null, now: number): void {
  if (appears === null || Date.parse(appears) > now) return;
  throw new ByomlError('REQUEST_INVALID', `${name}@${version} is visible since ${appears}: take it back with registry yank, or warn of it with registry advisory`, { details: { name, version, visible: appears } });
}
