import { compare, prerelease } from 'semver';
import type { LogEvent, PublishEvent } from '../log/event.ts';

export interface HeldVersion {
  readonly published: PublishEvent;
  readonly deprecated: string | undefined;
  /** Why nobody should install it any more; undefined when one may. */
  readonly yanked: string | undefined;
}

/** What the log says about one package. */
export interface PackageState {
  /** The first who began to publish it, and whoever the owners have added since. */
  readonly owners: readonly string[];
  readonly versions: ReadonlyMap<string, HeldVersion>;
  readonly tags: ReadonlyMap<string, string>;
  /** Versions that were withdrawn: they never come back. */
  readonly tombstones: ReadonlySet<string>;
  readonly created: string;
  readonly modified: string;
}

/** The newest version that is no pre-release; of pre-releases only, the newest. */
export function newestOf(versions: Iterable<string>): string | undefined {
  const sorted = [...versions].sort(compare);
  return sorted.findLast((version) => prerelease(version) === null) ?? sorted.at(-1);
}

class Folding {
  owners: readonly string[] = [];
  readonly versions = new Map<string, HeldVersion>();
  readonly tags = new Map<string, string>();
  readonly tombstones = new Set<string>();

  apply(event: LogEvent, counts: boolean): void {
    switch (event.kind) {
      case 'publish':
        this.#publish(event, counts);
        return;
      case 'tag':
        this.#tag(event.tag, event.version);
        return;
      case 'deprecate':
        for (const { version, message } of event.versions) this.#deprecate(version, message);
        return;
      case 'owners':
        this.owners = event.owners;
        return;
      case 'unpublish':
        for (const version of event.versions) this.#unpublish(version);
        return;
      case 'yank':
        for (const { version, reason } of event.versions) this.#yank(version, reason);
        return;
      case 'release':
      case 'advisory':
        return;
    }
  }

  #publish(event: PublishEvent, counts: boolean): void {
    if (this.owners.length === 0) this.owners = [event.by];
    if (!counts || this.versions.has(event.version) || this.tombstones.has(event.version)) return;
    this.versions.set(event.version, { published: event, deprecated: undefined, yanked: undefined });
    this.tags.set(event.tag, event.version);
  }

  #tag(tag: string, version: string | null): void {
    if (version === null) this.tags.delete(tag);
    else if (this.versions.has(version)) this.tags.set(tag, version);
  }

  #deprecate(version: string, message: string): void {
    const held = this.versions.get(version);
    if (held) this.versions.set(version, { ...held, deprecated: message === '' ? undefined : message });
  }

  #yank(version: string, reason: string): void {
    const held = this.versions.get(version);
    if (!held) return;
    this.versions.set(version, { ...held, yanked: reason === '' ? undefined : reason });
    if (reason !== '') for (const [tag, tagged] of this.tags) if (tagged === version) this.tags.delete(tag);
  }

  #unpublish(version: string): void {
    this.versions.delete(version);
    this.tombstones.add(version);
    for (const [tag, tagged] of this.tags) if (tagged === version) this.tags.delete(tag);
  }
}

/** The state after all events of one package; of publications only those that `counts` accepts: with their tarball, and visible. */
export function foldPackage(events: readonly LogEvent[], counts: (event: PublishEvent) => boolean): PackageState {
  const folding = new Folding();
  for (const event of events) folding.apply(event, event.kind !== 'publish' || counts(event));
  const offered = [...folding.versions].flatMap(([version, { yanked }]) => (yanked === undefined ? [version] : []));
  const newest = newestOf(offered);
  if (newest !== undefined && !folding.tags.has('latest')) folding.tags.set('latest', newest);
  const { owners, versions, tags, tombstones } = folding;
  return { owners, versions, tags, tombstones, created: events[0]?.time ?? '', modified: events.at(-1)?.time ?? '' };
}
