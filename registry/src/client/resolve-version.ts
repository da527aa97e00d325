import { maxSatisfying, valid, validRange } from 'semver';
import { newestOf } from '../npm/package-state.ts';
import type { SignedPackument } from './signed-packument.ts';

/**
 * The version that a wish stands for; undefined when there is none. An exact version and a tag may name one that was withdrawn, which is then refused with its reason;
 * a range, and no wish at all, pass over those.
 */
export function resolveVersion({ versions, 'dist-tags': tags }: SignedPackument, wanted: string | undefined): string | undefined {
  const free = Object.keys(versions).filter((version) => versions[version]?.yanked === undefined);
  const has = (version: string | undefined): string | undefined => (version !== undefined && Object.hasOwn(versions, version) ? version : undefined);
  if (wanted === undefined) {
    const latest = has(tags['latest']);
    return latest !== undefined && free.includes(latest) ? latest : newestOf(free) ?? latest;
  }
  if (valid(wanted) !== null) return has(valid(wanted) ?? undefined);
  if (Object.hasOwn(tags, wanted)) return has(tags[wanted]);
  return validRange(wanted) === null ? undefined : maxSatisfying(free, wanted) ?? undefined;
}
