import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Engine, Relation } from '../contracts/engine.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Progress, Run, Window } from '../contracts/run.ts';
import type { Logger } from '../contracts/services.ts';
import type { ViewDefinition } from '../contracts/view.ts';
import { Scope } from '../host/scope.ts';
import { hostServices, pluginScope } from '../host/services.ts';
import type { SignedFiles } from '../models/index.ts';
import { openCatalogue, parseSettings, type Catalogue, type Places } from '../plugins/index.ts';

/** A model folder whose files are those of its manifest, and what is known of where it is from. */
export interface ModelToAdmit extends SignedFiles {
  /** As it was named. */
  readonly folder: string;
  /** Whether it is exactly the model that a run of this workspace made and recorded. */
  readonly own: boolean;
}

/** What the two faces (command line, console) decide for a session. */
export interface SessionOptions {
  /** Folders whose `node_modules` hold plugins, nearest first. */
  readonly roots: readonly string[];
  /** Plugin folders named by hand. */
  readonly folders: readonly string[];
  /** Called before the code of a plugin runs; throws what forbids it. */
  readonly admit?: Places['admit'];
  /** Called with each model folder before anything of it is used; throws what forbids it. */
  readonly admitModel?: ((model: ModelToAdmit) => Promise<void>) | undefined;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Called when a named step begins. */
  step(name: string): void;
  progress(update: Progress): void;
  /** Addresses of the components that ad hoc mode stands on. */
  readonly engine: string;
  readonly files: string;
  readonly folder: string;
}

export interface LoadedView {
  readonly address: string;
  readonly definition: ViewDefinition;
}

/** Everything that ad hoc work shares: the catalogue, one run, one engine made when it is first needed. */
export class Session implements AsyncDisposable {
  readonly catalogue: Catalogue;
  readonly options: SessionOptions;
  readonly run: Run;
  readonly scope: Scope;
  readonly #engines = new Map<string, Promise<Engine>>();

  private constructor(options: SessionOptions, catalogue: Catalogue) {
    this.options = options;
    this.catalogue = catalogue;
    this.run = { id: randomUUID(), seed: options.seed, signal: options.signal, progress: (update) => options.progress(update) };
    this.scope = hostServices(Scope.root(), { logger: options.log });
  }

  static async open(options: SessionOptions): Promise<Session> {
    return new Session(options, await openCatalogue({ roots: options.roots, folders: options.folders, admit: options.admit }));
  }

  /** The engine at an address, made when it is first asked for. */
  engine(address: string = this.options.engine): Promise<Engine> {
    const engine = this.#engines.get(address) ?? this.#startEngine(address);
    this.#engines.set(address, engine);
    return engine;
  }

  async #startEngine(address: string): Promise<Engine> {
    const { definition } = await this.catalogue.load('engine', address);
    return definition.create(parseSettings(definition, {}, address), pluginScope(this.scope).pick(definition.needs ?? {}));
  }

  /** The view at an address. */
  view(address: string): Promise<LoadedView> {
    return this.catalogue.load('view', address);
  }

  /** The rows of files, or of one data-export folder, through a view when one is given. `table` names the table in a data-export folder. */
  async relation(paths: readonly string[], view?: { readonly definition: ViewDefinition; readonly settings: object }, table = view?.definition.table): Promise<Relation> {
    this.options.step('reading');
    const raw = await this.#open(paths, table);
    return view ? raw.view(view.definition, parseSettings(view.definition, view.settings, view.definition.id), this.run) : raw;
  }

  async #open(paths: readonly string[], table: string | undefined): Promise<Relation> {
    const [first = ''] = paths;
    const folder = paths.length === 1 && (await stat(first).catch(() => undefined))?.isDirectory();
    if (folder && table === undefined) throw new ByomlError('USAGE_INVALID', `${first} is a folder: name the view that reads its table with --view`, { details: { path: first } });
    const { definition } = await this.catalogue.load('data-source', folder ? this.options.folder : this.options.files);
    const settings = folder ? { path: first, table } : { path: [...paths] };
    const source = definition.create(parseSettings(definition, settings), pluginScope(this.scope).pick(definition.needs ?? {}));
    return (await this.engine()).open(await source.scan(everything, this.run), this.run);
  }

  /** Lets go of all that engines hold, for work that goes on for long: relations opened so far are gone, the next engine is made anew. */
  async release(): Promise<void> {
    const engines = [...this.#engines.values()];
    this.#engines.clear();
    for (const engine of engines) await (await engine.catch(() => undefined))?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
    await this.scope[Symbol.asyncDispose]();
  }
}

/** Ad hoc mode takes a file as it is: no window narrows it. */
const everything: Window = { from: new Date(-8.64e15), to: new Date(8.64e15) };
