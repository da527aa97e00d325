import type { ModelManifest, OpenedFolder } from '../models/index.ts';
import { guarded, openTrained, type AlgorithmComponent, type OpenedModel } from '../detection/index.ts';
import { coreVersion, parseAddress, parseSettings, settingsFromText, withProfile, type Loaded } from '../plugins/index.ts';
import { pluginScope } from '../host/services.ts';
import type { Session } from './session.ts';

export interface AlgorithmRequest {
  /** `package/component[:profile]` */
  readonly algorithm: string;
  /** `key=value`, over the profile's settings. */
  readonly set: readonly string[];
  readonly profile?: string;
  /** Settings as values, over the profile's and below `set`. */
  readonly given?: Readonly<Record<string, unknown>>;
}

export interface ChosenAlgorithm {
  readonly component: AlgorithmComponent;
  readonly settings: Record<string, unknown>;
  readonly profile: string | undefined;
  readonly code: { readonly core: string; readonly plugin: string };
}

/** Loads an algorithm and creates it with its profile's settings and the given ones over them. */
export async function chooseAlgorithm(session: Session, { algorithm, set, profile, given: values = {} }: AlgorithmRequest): Promise<ChosenAlgorithm> {
  const address = parseAddress(algorithm);
  const chosen = profile ?? address.profile;
  const loaded = await session.catalogue.load('algorithm', algorithm);
  const { address: full, definition } = loaded;
  const given = withProfile(definition, chosen, { ...values, ...settingsFromText(definition.settings, set, full) }, full);
  const settings = parseSettings(definition, given, full) as Record<string, unknown>;
  return { component: await createAlgorithm(session, loaded, settings), settings, profile: chosen, code: { core: coreVersion(), plugin: loaded.version } };
}

/** Opens a model folder with the algorithm that its manifest names. `recorded` is the digest under which the workspace's own run recorded the model; null: nobody did. */
export function openModel(session: Session, dir: string, recorded: string | null = null): Promise<OpenedModel> {
  const admit = async ({ listed, signature, digest }: OpenedFolder): Promise<void> => session.options.admitModel?.({ folder: dir, listed, signature, own: digest === recorded });
  return openTrained(dir, (manifest) => algorithmOf(session, manifest), session.run, admit);
}

async function algorithmOf(session: Session, { algorithm }: ModelManifest): Promise<AlgorithmComponent> {
  // A model is read by the version that made it while that is kept, whatever the current one is.
  const loaded = await session.catalogue.load('algorithm', session.catalogue.keptAddress(algorithm.address, algorithm.version));
  return createAlgorithm(session, loaded, parseSettings(loaded.definition, algorithm.settings, loaded.address) as Record<string, unknown>);
}

async function createAlgorithm(session: Session, { address, definition, capabilities }: Loaded<'algorithm'>, settings: Record<string, unknown>): Promise<AlgorithmComponent> {
  const services = pluginScope(session.scope).pick(definition.needs ?? {});
  return { address, definition, algorithm: await guarded(address, capabilities, () => definition.create(settings, services), session.run), capabilities };
}
