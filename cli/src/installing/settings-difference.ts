import { isDeepStrictEqual } from 'node:util';
import type { PluginManifest } from '@byoml/core/plugins';

/** How one setting of a component differs between two versions. */
export interface SettingChange {
  /** Id of the component. */
  readonly component: string;
  readonly setting: string;
  readonly change: 'added' | 'removed' | 'default' | 'now required' | 'values';
  /** Before and after: defaults, or what a value may be; undefined where there is none. */
  readonly before?: unknown;
  readonly after?: unknown;
}

interface Schema {
  readonly properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly required?: readonly string[];
}

type Component = PluginManifest['components'][number];

/** Words about a value, not what it may be. */
const told = new Set(['default', 'description', 'title', 'examples']);
const allowed = (property: Readonly<Record<string, unknown>>): object => Object.fromEntries(Object.entries(property).filter(([name]) => !told.has(name)));

/** What changes in the settings of the components that both versions have, read from the JSON Schemas of their manifests. */
export function settingsDifference(before: PluginManifest, after: PluginManifest): SettingChange[] {
  return before.components.flatMap((old) => {
    const next = after.components.find(({ kind, id }) => kind === old.kind && id === old.id);
    return next ? changesOf(old, next) : [];
  });
}

function changesOf(old: Component, next: Component): SettingChange[] {
  const [before, after] = [old.settings as Schema, next.settings as Schema];
  const [held, given] = [before.properties ?? {}, after.properties ?? {}];
  const requires = ({ required = [] }: Schema, name: string): boolean => required.includes(name);
  return [...new Set([...Object.keys(held), ...Object.keys(given)])].sort().flatMap((setting): SettingChange[] => {
    const [was, is] = [held[setting], given[setting]];
    const change = (kind: SettingChange['change'], values: { readonly before?: unknown; readonly after?: unknown } = {}): SettingChange => ({ component: old.id, setting, change: kind, ...values });
    if (!is) return [change('removed')];
    if (!was) return [change('added', { after: is['default'] }), ...(requires(after, setting) ? [change('now required')] : [])];
    return [
      ...(isDeepStrictEqual(was['default'], is['default']) ? [] : [change('default', { before: was['default'], after: is['default'] })]),
      ...(requires(after, setting) && !requires(before, setting) ? [change('now required')] : []),
      ...(isDeepStrictEqual(allowed(was), allowed(is)) ? [] : [change('values', { before: allowed(was), after: allowed(is) })]),
    ];
  });
}
