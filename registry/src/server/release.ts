import { ByomlError } from '@byoml/core';
import { administrator } from '../accounts/account.ts';
import type { PublishEvent } from '../log/event.ts';
import { appearance, refuseStranger, type NameHistory } from '../npm/history.ts';
import type { Change } from './maintain.ts';
import type { Registry } from './registry.ts';

/** A version that somebody has released. */
export interface Released {
  readonly name: string;
  readonly version: string;
  /** When it appears or has appeared, as ISO 8601. */
  readonly visible: string;
}

const denied = ({ name, version }: PublishEvent, by: string, why: string): ByomlError => new ByomlError('ACCESS_DENIED', `${name}@${version}: ${why}`, { details: { name, version, account: by } });

/** Who owned the package when the version was published: whoever stole a token cannot bring a second person along afterwards. */
function ownersAt({ events }: NameHistory, { number }: PublishEvent): readonly string[] {
  const before = events.filter((event) => event.number <= number);
  return before.findLast((event) => event.kind === 'owners')?.owners ?? before.flatMap((event) => (event.kind === 'publish' ? [event.by] : [])).slice(0, 1);
}

/** Throws ACCESS_DENIED unless the account may let this version of somebody else appear. */
function refuseUnentitled(history: NameHistory, published: PublishEvent, by: string): void {
  if (published.by === by) throw denied(published, by, 'nobody releases a version of their own');
  if (by === administrator) return;
  refuseStranger(published.name, by, { history, begins: false });
  // Nobody stands above the administrator: their second person is whoever they have made an owner, also afterwards.
  if (published.by === administrator) return;
  if (published.state !== 'PASSED' || !published.secondPerson) throw denied(published, by, 'only the administrator of the registry releases it');
  if (!ownersAt(history, published).includes(by)) throw denied(published, by, `"${by}" was no owner when it was published`);
}

/** Lets a version appear now that waits for somebody: an owner for a second person's version, the administrator for any. Throws ACCESS_DENIED, PACKAGE_UNKNOWN. */
export async function release({ packages, now, signal }: Registry, { name, by }: Change, version: string): Promise<Released> {
  await packages.history.refresh(signal);
  const published = (await packages.state(name, signal)).versions.get(version)?.published;
  if (!published) throw new ByomlError('PACKAGE_UNKNOWN', `${name}@${version}: the registry has no such version`, { details: { name, version } });
  const guard = (): void => refuseUnentitled(packages.history.of(name), published, by);
  guard();
  const appears = appearance(packages.history.of(name), published);
  if (appears !== null && Date.parse(appears) <= now()) return { name, version, visible: appears };
  const visible = new Date(now()).toISOString();
  await packages.decide({ kind: 'release', name, by, version, visible }, { guard, signal });
  return { name, version, visible };
}
