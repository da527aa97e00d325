import { administrator } from '../accounts/account.ts';
import type { Packument } from '../npm/packument.ts';
import type { Administered } from './administered.ts';
import { yankVersion } from './yank.ts';

/** Takes over what the packument of a bundle says beyond its versions: which are yanked or deprecated, and where its tags point. A package of others stays as it is. */
export async function importState(administered: Administered, packument: Packument): Promise<void> {
  const { packages, signal } = administered.registry;
  const { name } = packument;
  const { versions, tags } = await packages.state(name, signal);
  if (!packages.history.of(name).owners.includes(administrator)) return;
  for (const [version, { yanked }] of Object.entries(packument.versions)) if (typeof yanked === 'string' && versions.has(version) && versions.get(version)?.yanked === undefined) await yankVersion(administered, { name, version }, yanked);
  const deprecated = Object.entries(packument.versions).flatMap(([version, { yanked, deprecated: message }]) =>
    typeof message === 'string' && yanked === undefined && versions.has(version) && versions.get(version)?.deprecated !== message ? [{ version, message }] : []);
  if (deprecated.length > 0) await packages.decide({ kind: 'deprecate', name, by: administrator, versions: deprecated }, { signal });
  for (const [tag, version] of Object.entries(packument['dist-tags'])) if (versions.has(version) && tags.get(tag) !== version) await packages.decide({ kind: 'tag', name, by: administrator, tag, version }, { signal });
}
