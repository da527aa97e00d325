import { ByomlError } from '@byoml/core';
import type { HiddenVersion } from '../npm/packages.ts';
import type { Packument } from '../npm/packument.ts';
import type { Registry } from './registry.ts';

const later = (name: string, { version, visible }: HiddenVersion): string => `${name}@${version} ${visible === null ? 'is held back until somebody has looked at it' : `appears at ${visible}`}`;

/** What to say about something that is not there: nothing, or when it will be. */
export async function unknown({ packages, signal }: Registry, name: string, version?: string): Promise<ByomlError> {
  const hidden = (await packages.hidden(name, signal)).filter((held) => version === undefined || held.version === version);
  const what = version === undefined ? name : `${name}@${version}`;
  const why = hidden.length > 0 ? hidden.slice(0, 5).map((held) => later(name, held)).join(', ') : `${what}: the registry has no such package or version`;
  return new ByomlError('PACKAGE_UNKNOWN', why, { details: { name, ...(version !== undefined && { version }), hidden } });
}

/** Throws PACKAGE_UNKNOWN, which says when a hidden package appears. */
export async function visiblePackument(registry: Registry, name: string): Promise<{ readonly packument: Packument; readonly version: string }> {
  const found = await registry.packages.packument(name, registry.signal);
  if (!found) throw await unknown(registry, name);
  return found;
}
