import { accessViewColumns } from '../contracts/access.ts';
import type { Columns } from '../contracts/columns.ts';
import type { DataSource } from '../contracts/data-source.ts';
import type { ComponentKind } from '../contracts/define.ts';
import { Engine } from '../contracts/engine.ts';
import { ByomlError, isByomlError } from '../contracts/errors.ts';
import { Secrets } from '../contracts/services.ts';
import type { ViewDefinition } from '../contracts/view.ts';
import { chooseAlgorithm, type ChosenAlgorithm } from '../ad-hoc/algorithm.ts';
import type { Session } from '../ad-hoc/session.ts';
import { inlineView, withPaths, withSecrets, type Detection, type ParsedDetection, type Use } from '../detection-file/index.ts';
import type { Scope } from '../host/scope.ts';
import { pluginScope } from '../host/services.ts';
import { parseAddress, parseSettings, withProfile } from '../plugins/index.ts';
import type { Plan, PlannedEnrichment, PlannedRule, PlannedSink, PlannedView } from './plan.ts';
import { checkColumns } from './plan-columns.ts';
import { readDetection, type Workspace } from './workspace.ts';

type Place = ReadonlyArray<string | number>;

/** Throws DETECTION_UNKNOWN, DETECTION_INVALID and what loading and parsing throw, each with the place in the file. */
export async function planDetection(session: Session, workspace: Workspace, name: string): Promise<Plan> {
  const parsed = await readDetection(workspace, name);
  const { detection } = parsed;
  const planner = new Planner(session, workspace, parsed);
  const chosen = await planner.at(['algorithm'], () => planner.algorithm(detection.algorithm));
  const plan: Plan = {
    workspace, parsed, detection, chosen,
    source: await planner.source(detection.source, ['source']),
    sourceAddress: detection.source.use,
    view: await planner.at(['view'], () => planner.view(chosen.component.definition.input)),
    enrich: await Promise.all(detection.enrich.map((one, i) => planner.enrichment(one, ['enrich', i]))),
    rules: await Promise.all(detection.rules.map((use, i) => planner.rule(use, ['rules', i]))),
    sinks: await Promise.all(detection.sinks.map((use, i) => planner.sink(use, ['sinks', i]))),
  };
  checkColumns(plan);
  return plan;
}

class Planner {
  readonly #session: Session;
  readonly #workspace: Workspace;
  readonly #parsed: ParsedDetection;

  constructor(session: Session, workspace: Workspace, parsed: ParsedDetection) {
    this.#session = session;
    this.#workspace = workspace;
    this.#parsed = parsed;
  }

  /** What goes wrong in `work` is said with its place in the file. */
  async at<T>(place: Place, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (!isByomlError(thrown) || thrown.exit === 130) throw thrown;
      const setting = settingOf(thrown.details['path']);
      const where = this.#parsed.at(thrown.code === 'SETTINGS_INVALID' ? [...place, 'settings', ...setting] : place);
      throw new ByomlError(thrown.code, `${where}: ${thrown.message}`, { details: { ...thrown.details, where }, cause: thrown.cause });
    }
  }

  async algorithm({ use, settings }: Use): Promise<ChosenAlgorithm> {
    return chooseAlgorithm(this.#session, { algorithm: use, set: [], given: await this.#resolved(settings) });
  }

  source(use: Use, place: Place): Promise<DataSource> {
    return this.at(place, async () => {
      const { address, definition, settings } = await this.#component('data-source', use);
      return definition.create(settings as never, this.#scope(address).pick(definition.needs ?? {}));
    });
  }

  async view(input: Columns): Promise<PlannedView | null> {
    const { view } = this.#parsed.detection;
    if (!view) return null;
    if (!('use' in view)) return { address: null, definition: inlineView(view, { ...accessViewColumns, ...input }), settings: {} };
    const { address, definition, settings } = await this.#component('view', view);
    return { address, definition: definition as ViewDefinition, settings: settings as Record<string, unknown> };
  }

  async enrichment({ source, key, columns }: Detection['enrich'][number], place: Place): Promise<PlannedEnrichment> {
    return { source: await this.source(source, [...place, 'source']), name: source.use, key, columns };
  }

  rule(use: Use, place: Place): Promise<PlannedRule> {
    return this.at(place, async () => {
      const { address, definition, settings } = await this.#component('rule-template', use);
      return { address, definition, rule: definition.create(settings) };
    });
  }

  sink(use: Use, place: Place): Promise<PlannedSink> {
    return this.at(place, async () => {
      const { address, definition, settings } = await this.#component('sink', use);
      const scope = this.#scope(address);
      return { address, definition, create: (engine) => definition.create(settings, scope.provide(Engine, () => engine).pick(definition.needs ?? {})) };
    });
  }

  async #component<K extends Exclude<ComponentKind, 'engine'>>(kind: K, { use, settings }: Use) {
    const { profile } = parseAddress(use);
    const loaded = await this.#session.catalogue.load(kind, use);
    const given = withProfile(loaded.definition as { id: string }, profile, await this.#resolved(settings), loaded.address);
    return { ...loaded, settings: parseSettings(loaded.definition, given, loaded.address) };
  }

  async #resolved(settings: Use['settings']): Promise<Record<string, unknown>> {
    const { secrets } = pluginScope(this.#session.scope).pick({ secrets: Secrets });
    return withPaths(await withSecrets(settings, secrets, this.#session.run.signal), this.#workspace.folder) as Record<string, unknown>;
  }

  #scope(address: string): Scope {
    return pluginScope(this.#session.scope, { workspace: this.#workspace.folder, plugin: parseAddress(address).plugin });
  }
}

const settingOf = (path: unknown): string[] => (typeof path === 'string' ? path.split('.').filter(Boolean) : []);
