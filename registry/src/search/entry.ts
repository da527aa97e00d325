import { z } from 'zod';
import { cardSchema } from '../npm/card.ts';
import type { Packument } from '../npm/packument.ts';

/** What is looked at to find a package: its newest version. */
export interface Entry {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  /** ATT&CK techniques that it looks for. */
  readonly attack: readonly string[];
  /** Kinds of its components, such as `algorithm`. */
  readonly kinds: readonly string[];
  /** When the version was published, as ISO 8601. */
  readonly date: string;
  readonly owners: readonly string[];
}

/** The part of a card that tells what a plugin is for. */
export const purposeSchema = z.object({ attack: cardSchema.shape.attack, components: z.array(z.object({ kind: z.string() })) });
export type Purpose = z.infer<typeof purposeSchema>;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []);

/** The version that a search shows; undefined when there is none. */
export function shownVersion({ 'dist-tags': tags, versions }: Packument): string | undefined {
  const latest = tags['latest'];
  return latest !== undefined && Object.hasOwn(versions, latest) ? latest : undefined;
}

/** Undefined for a package without a version to show. `purpose` is that of the shown version; undefined for one that is no plugin. */
export function entryOf(packument: Packument, purpose: Purpose | undefined): Entry | undefined {
  const { name, versions, time, maintainers } = packument;
  const version = shownVersion(packument);
  const latest = version === undefined ? undefined : versions[version];
  if (version === undefined || !latest) return undefined;
  return {
    name,
    version,
    description: textOf(latest['description']),
    keywords: textsOf(latest['keywords']),
    attack: purpose?.attack ?? [],
    kinds: [...new Set(purpose?.components.map(({ kind }) => kind))],
    date: time[version] ?? '',
    owners: maintainers.map((maintainer) => maintainer.name),
  };
}
