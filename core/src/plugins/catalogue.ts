import semver from 'semver';
import { kind as kindOf, type Component, type ComponentKind, type ComponentOf, type PluginDefinition } from '../contracts/define.ts';
import { ByomlError } from '../contracts/errors.ts';
import { componentAddress, parseAddress, parsePluginName, type Address } from './address.ts';
import { findPlugins, type Found, type FoundPlugin, type Places } from './find.ts';
import { loadPlugin } from './load.ts';
import type { PluginManifest } from './manifest.ts';
import { nearestText } from './nearest.ts';

/** A component, loaded. */
export interface Loaded<K extends ComponentKind> {
  /** Without version and profile. */
  readonly address: string;
  readonly plugin: string;
  readonly version: string;
  /** What its plugin, in this version, may do. */
  readonly capabilities: PluginManifest['capabilities'];
  readonly definition: ComponentOf<K>;
}

/** The installed plugins. Listing and describing run none of their code; `load` imports one plugin, once, after it was admitted. */
export class Catalogue {
  readonly #found: Found;
  readonly #admit: Places['admit'];
  readonly #loaded = new Map<string, Promise<PluginDefinition>>();

  constructor(found: Found, admit?: Places['admit']) {
    this.#found = found;
    this.#admit = admit;
  }

  get plugins(): readonly FoundPlugin[] {
    return [...this.#found.current.values()];
  }

  /** Versions beside the current ones: only an address that asks for a version the current one is not leads to them. */
  get kept(): readonly FoundPlugin[] {
    return this.#found.kept;
  }

  /** The address of exactly this version where it is kept beside the current one; else the address as it is. */
  keptAddress(text: string, version: string): string {
    const { plugin, component } = parseAddress(text);
    return this.kept.some((found) => found.name === plugin && found.version === version) ? `${componentAddress(plugin, component)}@${version}` : text;
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
    const loading = this.#loaded.get(found.folder) ?? this.#start(found);
    this.#loaded.set(found.folder, loading);
    const { components } = await loading;
    const definition = components.find((component: Component): component is ComponentOf<K> => component[kindOf] === kind && component.id === address.component);
    if (!definition) throw missing(kind, address, found.manifest);
    return { address: componentAddress(found.name, address.component), plugin: found.name, version: found.version, capabilities: found.manifest.capabilities, definition };
  }

  async #start(found: FoundPlugin): Promise<PluginDefinition> {
    await this.#admit?.(found);
    return loadPlugin(found);
  }

  #plugin(name: string, range?: string): FoundPlugin {
    const found = this.#found.current.get(name);
    const kept = this.kept.filter((other) => other.name === name);
    if (found && (range === undefined || fits(found, range))) return found;
    const newest = range === undefined ? undefined : kept.filter((other) => fits(other, range)).sort((a, b) => semver.rcompare(a.version, b.version))[0];
    if (newest) return newest;
    const known = [...this.#found.current.keys()];
    if (!found && kept.length === 0) throw new ByomlError('PLUGIN_NOT_FOUND', `no plugin ${name} is installed${nearestText(name, known)}`, { details: { plugin: name, installed: known } });
    const versions = [...(found ? [found] : []), ...kept].map(({ version }) => version);
    throw new ByomlError('PLUGIN_NOT_FOUND', `plugin ${range === undefined ? name : `${name} ${range}`} is not installed, but ${versions.join(', ')} is`, { details: { plugin: name, version: versions[0], versions } });
  }
}

/** Whether a version is within the range that an address asks for. */
export const satisfiesRange = (version: string, range: string): boolean => semver.satisfies(version, range, { includePrerelease: true });

const fits = ({ version }: FoundPlugin, range: string): boolean => satisfiesRange(version, range);

function missing(wanted: ComponentKind | 'component', { plugin, component }: Address, { components }: PluginManifest): ByomlError {
  const other = components.find(({ id }) => id === component);
  const fitting = components.filter(({ kind }) => wanted === 'component' || kind === wanted).map(({ id }) => id);
  const reason = other ? `it is of kind ${other.kind}` : `${fitting.length === 0 ? 'there is none' : `there are ${fitting.join(', ')}`}${nearestText(component, fitting)}`;
  return new ByomlError('COMPONENT_NOT_FOUND', `plugin ${plugin} has no ${wanted} "${component}": ${reason}`, { details: { plugin, component, kind: wanted, known: fitting } });
}

/** Opens what is installed in these places. Throws at the first plugin that is broken. */
export const openCatalogue = async (places: Places): Promise<Catalogue> => new Catalogue(findPlugins(places), places.admit);
