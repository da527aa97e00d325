import { ByomlError } from '@byoml/core';
import { refuseStranger } from '../npm/history.ts';
import { parseTag } from '../npm/name.ts';
import { revisionOf } from '../npm/packument.ts';
import { printable } from '../package/printable.ts';
import type { Registry } from './registry.ts';

/** Characters of a deprecation. */
const longestMessage = 4096;

/** A change that an account makes to one package. */
export interface Change {
  readonly name: string;
  readonly by: string;
}

const unknownVersion = (name: string, version: string): ByomlError => new ByomlError('PACKAGE_UNKNOWN', `${name}@${version}: the registry has no such version`, { details: { name, version } });

/** Versions of the package that an owner can name. Throws ACCESS_DENIED and PACKAGE_UNKNOWN. */
async function owned({ packages, signal }: Registry, { name, by }: Change): Promise<{ readonly all: readonly string[]; readonly visible: readonly string[] }> {
  await packages.history.refresh(signal);
  refuseStranger(name, by, { history: packages.history.of(name), begins: false });
  const { versions } = await packages.state(name, signal);
  const hidden = new Set((await packages.hidden(name, signal)).map(({ version }) => version));
  const all = [...versions.keys()];
  return { all, visible: all.filter((version) => !hidden.has(version)) };
}

/** A null version takes the tag away. */
export async function setTag(registry: Registry, { name, by }: Change, { tag, version }: { readonly tag: string; readonly version: string | null }): Promise<void> {
  parseTag(tag);
  if (version === null && tag === 'latest') throw new ByomlError('REQUEST_INVALID', `${name}: the tag latest can be moved, not taken away`);
  const { all } = await owned(registry, { name, by });
  if (version !== null && !all.includes(version)) throw unknownVersion(name, version);
  await registry.packages.decide({ kind: 'tag', name, by, tag, version }, { signal: registry.signal });
}

/** An empty message takes a deprecation back. npm prints it at every install, so nothing invisible stays in it. */
export async function deprecate(registry: Registry, { name, by }: Change, messages: ReadonlyMap<string, string>): Promise<void> {
  await owned(registry, { name, by });
  const { versions: held } = await registry.packages.state(name, registry.signal);
  const versions = [...messages]
    .map(([version, message]) => ({ version, message: printable(message, longestMessage).slice(0, longestMessage) }))
    .filter(({ version, message }) => held.has(version) && (held.get(version)?.deprecated ?? '') !== message);
  if (versions.length > 0) await registry.packages.decide({ kind: 'deprecate', name, by, versions }, { signal: registry.signal });
}

/** Throws REQUEST_INVALID for an owner without an account. */
export async function setOwners(registry: Registry, { name, by }: Change, { owners, revision }: { readonly owners: readonly string[]; readonly revision: string }): Promise<void> {
  await viewed(registry, { name, by }, revision);
  for (const owner of owners) if (!(await registry.accounts.find(owner, registry.signal))) throw new ByomlError('REQUEST_INVALID', `${name}: "${owner}" has no account here`, { details: { owner } });
  await registry.packages.decide({ kind: 'owners', name, by, owners: [...new Set(owners)] }, { guard: unchanged(registry, name, revision), signal: registry.signal });
}

/** Withdraws the versions that the reader of `revision` saw and did not keep: for ever. */
export async function unpublish(registry: Registry, { name, by }: Change, { keep, revision }: { readonly keep: ReadonlySet<string>; readonly revision: string }): Promise<void> {
  const { packages, signal } = registry;
  const seen = await viewed(registry, { name, by }, revision);
  const versions = seen.filter((version) => !keep.has(version));
  if (versions.length === 0) return;
  await packages.decide({ kind: 'unpublish', name, by, versions }, { guard: unchanged(registry, name, revision), signal });
  for (const version of versions) await packages.contents.delete(name, version, signal);
}

const lastEvent = ({ packages }: Registry, name: string): number => packages.history.of(name).events.at(-1)?.number ?? 0;

const stale = (name: string): ByomlError => new ByomlError('REQUEST_INVALID', `${name}: the package has changed since it was read; run the command again`, { details: { name } });

/** The versions that whoever was told `revision` could see. Throws REQUEST_INVALID when that was before the last change. */
async function viewed(registry: Registry, change: Change, revision: string): Promise<readonly string[]> {
  const { all, visible } = await owned(registry, change);
  const seen = [all, visible].find((versions) => revisionOf(lastEvent(registry, change.name), versions) === revision);
  if (!seen) throw stale(change.name);
  return seen;
}

const unchanged = (registry: Registry, name: string, revision: string) => (): void => {
  if (!revision.startsWith(`${lastEvent(registry, name)}-`)) throw stale(name);
};
