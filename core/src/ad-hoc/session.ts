import { randomUUID } from 'node:crypto';
import { Engine } from '../contracts/engine.ts';
import type { Relation } from '../contracts/engine.ts';
import type { Progress, Run, Window } from '../contracts/run.ts';
import { Logger } from '../contracts/services.ts';
import { Scope } from '../host/scope.ts';
import { hostServices } from '../host/services.ts';
import { openCatalogue, parseSettings, type Catalogue } from '../plugins/index.ts';

/** What the two faces (command line, console) decide for a session. */
export interface SessionOptions {
  /** Folders whose `node_modules` hold plugins, nearest first. */
  readonly roots: readonly string[];
  /** Plugin folders named by hand. */
  readonly folders: readonly string[];
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

/** Everything that ad hoc work shares: the catalogue, one run, one engine made when it is first needed. */
export class Session implements AsyncDisposable {
  readonly catalogue: Catalogue;
  readonly options: SessionOptions;
  readonly run: Run;
  readonly scope: Scope;
  #engine: Promise<Engine> | undefined;

  private constructor(options: SessionOptions, catalogue: Catalogue) {
    this.options = options;
    this.catalogue = catalogue;
    this.run = { id: randomUUID(), seed: options.seed, signal: options.signal, progress: (update) => options.progress(update) };
    this.scope = hostServices(Scope.root(), { logger: options.log });
  }

  static async open(options: SessionOptions): Promise<Session> {
    return new Session(options, await openCatalogue({ roots: options.roots, folders: options.folders }));
  }

  engine(): Promise<Engine> {
    this.#engine ??= this.#startEngine();
    return this.#engine;
  }

  async #startEngine(): Promise<Engine> {
    const { definition } = await this.catalogue.load('engine', this.options.engine);
    return definition.create(parseSettings(definition, {}), this.scope.child().pick(definition.needs ?? {}));
  }

  /** The rows of files, or of one data-export folder, through a view when one is named. */
  async relation(paths: readonly string[], view?: { readonly address: string; readonly settings: Readonly<Record<string, unknown>> }): Promise<Relation> {
    this.options.step('reading');
    const raw = await this.#open(paths);
    if (!view) return raw;
    const { definition } = await this.catalogue.load('view', view.address);
    return raw.view(definition, parseSettings(definition, view.settings), this.run);
  }

  async #open(paths: readonly string[]): Promise<Relation> {
    const { definition } = await this.catalogue.load('data-source', this.options.files);
    const source = definition.create(parseSettings(definition, { path: [...paths] }), this.scope.child().pick(definition.needs ?? {}));
    const scan = await source.scan(everything, this.run);
    return (await this.engine()).open(scan, this.run);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#engine) await (await this.#engine.catch(() => undefined))?.[Symbol.asyncDispose]();
    await this.scope[Symbol.asyncDispose]();
  }
}

/** Ad hoc mode takes a file as it is: no window narrows it. */
const everything: Window = { from: new Date(-8.64e15), to: new Date(8.64e15) };
