import semver from 'semver';
import { kind as kindOf, type Component, type ComponentKind, type ComponentOf, type PluginDefinition } from '../contracts/define.ts';
import { ByomlError } from '../contracts/errors.ts';
import { componentAddress, parseAddress, parsePluginName, type Address } from './address.ts';
import { findPlugins, type FoundPlugin, type Places } from './find.ts';
import { loadPlugin } from './load.ts';
import type { PluginManifest } from './manifest.ts';
import { nearestText } from './nearest.ts';

/** A component, loaded. */
export interface Loaded<K extends ComponentKind> {
  /** Without version and profile. */
  readonly address: string;
  readonly plugin: string;
  readonly version: string;
  readonly definition: ComponentOf<K>;
}

/** The installed plugins. Listing and describing run none of their code; `load` imports one plugin, once. */
export class Catalogue {
  readonly #found: ReadonlyMap<string, FoundPlugin>;
  readonly #loaded = new Map<string, Promise<PluginDefinition>>();

  constructor(found: ReadonlyMap<string, FoundPlugin>) {
    this.#found = found;
  }

  get plugins(): readonly FoundPlugin[] {
    return [...this.#found.values()];
  }

  /** The manifest of `package`, or of one component of it for `package/component`. */
  describe(text: string): PluginManifest {
    const name = parsePluginName(text);
    if (name !== undefined) return this.#plugin(name).manifest;
    const address = parseAddress(text);
    const { manifest } = this.#plugin(address.plugin, address.version);
    const components = manifest.components.filter(({ id }) => id === address.component);
    if (components.length === 0) throw missing('component', address, manifest);
    return { ...manifest, components };
  }

  /** Loads a component. Throws COMPONENT_NOT_FOUND, or what is wrong with its plugin (PLUGIN_*, `details.phase`). */
  async load<K extends ComponentKind>(kind: K, text: string): Promise<Loaded<K>> {
    const address = parseAddress(text);
    const found = this.#plugin(address.plugin, address.version);
    if (!found.manifest.components.some((listed) => listed.kind === kind && listed.id === address.component)) throw missing(kind, address, found.manifest);
    const loading = this.#loaded.get(found.name) ?? loadPlugin(found);
    this.#loaded.set(found.name, loading);
    const { components } = await loading;
    const definition = components.find((component: Component): component is ComponentOf<K> => component[kindOf] === kind && component.id === address.component);
    if (!definition) throw missing(kind, address, found.manifest);
    return { address: componentAddress(found.name, address.component), plugin: found.name, version: found.version, definition };
  }

  #plugin(name: string, range?: string): FoundPlugin {
    const found = this.#found.get(name);
    if (!found) throw new ByomlError('PLUGIN_NOT_FOUND', `no plugin ${name} is installed${nearestText(name, [...this.#found.keys()])}`, { details: { plugin: name, installed: [...this.#found.keys()] } });
    if (range !== undefined && !semver.satisfies(found.version, range, { includePrerelease: true })) throw new ByomlError('PLUGIN_NOT_FOUND', `plugin ${name} ${range} is not installed, but ${found.version} is`, { details: { plugin: name, version: found.version } });
    return found;
  }
}

function missing(wanted: ComponentKind | 'component', { plugin, component }: Address, { components }: PluginManifest): ByomlError {
  const other = components.find(({ id }) => id === component);
  const fitting = components.filter(({ kind }) => wanted === 'component' || kind === wanted).map(({ id }) => id);
  const reason = other ? `it is of kind ${other.kind}` : `${fitting.length === 0 ? 'there is none' : `there are ${fitting.join(', ')}`}${nearestText(component, fitting)}`;
  return new ByomlError('COMPONENT_NOT_FOUND', `plugin ${plugin} has no ${wanted} "${component}": ${reason}`, { details: { plugin, component, kind: wanted, known: fitting } });
}

/** Opens what is installed in these places. Throws at the first plugin that is broken. */
export const openCatalogue = async (places: Places): Promise<Catalogue> => new Catalogue(findPlugins(places));
