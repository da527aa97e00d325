import type { z } from 'zod';
import type { Algorithm, Status } from './algorithm.ts';
import type { Columns } from './columns.ts';
import type { DataSource } from './data-source.ts';
import type { Engine } from './engine.ts';
import type { Rule } from './rule.ts';
import type { Needs, Services } from './services.ts';
import type { Sink } from './sink.ts';
import type { ViewDefinition } from './view.ts';

interface Described<S extends z.ZodObject> {
  /** Unique within the plugin; the address is `package/id`. Lower-case words joined by hyphens. */
  readonly id: string;
  /** One line, at most 120 characters. */
  readonly summary: string;
  /** `z.strictObject`, every field `.describe()`d; `{}` must parse unless a setting is required. */
  readonly settings: S;
}

export interface DataSourceDefinition<S extends z.ZodObject = any, N extends Needs = any> extends Described<S> {
  readonly needs?: N;
  create(settings: z.output<S>, services: Services<N>): DataSource;
}

/** What one scored row stands for, and so what one alert is about. */
export type AlertUnit = 'pair-day' | 'user-day' | 'window' | 'row';

export interface AlgorithmDefinition<S extends z.ZodObject = any, In extends Columns = any, Out extends Columns = any, N extends Needs = any> extends Described<S> {
  readonly input: In;
  /** Columns a model answers beside `surprise` and `status`. */
  readonly output?: Out;
  readonly alertUnit: AlertUnit;
  /** `new-pairs`: only rows that are not `known` are candidates; `all`: every row is. */
  readonly population: 'new-pairs' | 'all';
  /** Statuses the model can answer; `['scored']` when absent. */
  readonly statuses?: readonly Status[];
  /** Named sets of settings: `--profile compat`. */
  readonly profiles?: Readonly<Record<string, Partial<z.input<S>>>>;
  readonly needs?: N;
  create(settings: z.output<S>, services: Services<N>): Algorithm<In, Out>;
}

export interface SinkDefinition<S extends z.ZodObject = any, In extends Columns = any, N extends Needs = any> extends Described<S> {
  /** Columns it requires; a sink that takes any table declares none. */
  readonly columns: In;
  readonly needs?: N;
  create(settings: z.output<S>, services: Services<N>): Sink<In>;
}

export interface RuleTemplateDefinition<S extends z.ZodObject = any, In extends Columns = any> extends Described<S> {
  readonly title: string;
  /** ATT&CK technique ids. */
  readonly attack: readonly `T${number}`[];
  readonly falsePositives: readonly string[];
  /** What this rule does not see: known gaps are better than unknown gaps. */
  readonly blindSpots: readonly string[];
  readonly columns: In;
  /** How Sentinel makes entities and details of a row of the query; column names are the query's. */
  readonly entityMappings?: ReadonlyArray<{ readonly entityType: string; readonly fieldMappings: ReadonlyArray<{ readonly identifier: string; readonly columnName: string }> }>;
  readonly customDetails?: Readonly<Record<string, string>>;
  readonly alertDetailsOverride?: { readonly alertDisplayNameFormat?: string; readonly alertDescriptionFormat?: string; readonly alertSeverityColumnName?: string };
  create(settings: z.output<S>): Rule<In>;
  /** The same decision as a Sentinel analytics rule query. */
  kql?(settings: z.output<S>): string;
}

export interface EngineDefinition<S extends z.ZodObject = any, N extends Needs = any> extends Described<S> {
  readonly needs?: N;
  create(settings: z.output<S>, services: Services<N>): Promise<Engine>;
}

/** How the host recognises a definition made by any copy of core. */
export const kind: unique symbol = Symbol.for('byoml/kind') as never;

export const componentKinds = ['data-source', 'view', 'algorithm', 'sink', 'rule-template', 'engine'] as const;
export type ComponentKind = (typeof componentKinds)[number];

/** A definition that carries what it is. */
export type Stamped<K extends string, D> = Readonly<D> & { readonly [kind]: K };

const stamp = <K extends string, D extends object>(name: K, definition: D): Stamped<K, D> => Object.freeze({ ...definition, [kind]: name });

export const defineDataSource = <S extends z.ZodObject, N extends Needs = {}>(definition: DataSourceDefinition<S, N>): Stamped<'data-source', DataSourceDefinition<S, N>> =>
  stamp('data-source', definition);

export const defineView = <S extends z.ZodObject, In extends Columns, Out extends Columns>(definition: ViewDefinition<S, In, Out>): Stamped<'view', ViewDefinition<S, In, Out>> =>
  stamp('view', definition);

export const defineAlgorithm = <S extends z.ZodObject, In extends Columns, Out extends Columns = {}, N extends Needs = {}>(
  definition: AlgorithmDefinition<S, In, Out, N>,
): Stamped<'algorithm', AlgorithmDefinition<S, In, Out, N>> => stamp('algorithm', definition);

export const defineSink = <S extends z.ZodObject, In extends Columns, N extends Needs = {}>(definition: SinkDefinition<S, In, N>): Stamped<'sink', SinkDefinition<S, In, N>> =>
  stamp('sink', definition);

export const defineRuleTemplate = <S extends z.ZodObject, In extends Columns>(definition: RuleTemplateDefinition<S, In>): Stamped<'rule-template', RuleTemplateDefinition<S, In>> =>
  stamp('rule-template', definition);

export const defineEngine = <S extends z.ZodObject, N extends Needs = {}>(definition: EngineDefinition<S, N>): Stamped<'engine', EngineDefinition<S, N>> => stamp('engine', definition);

export type Component =
  | Stamped<'data-source', DataSourceDefinition>
  | Stamped<'view', ViewDefinition<any>>
  | Stamped<'algorithm', AlgorithmDefinition>
  | Stamped<'sink', SinkDefinition>
  | Stamped<'rule-template', RuleTemplateDefinition>
  | Stamped<'engine', EngineDefinition>;

/** The component of one kind. */
export type ComponentOf<K extends ComponentKind> = Extract<Component, { readonly [kind]: K }>;

/** What a plugin may touch at run time; nothing unless declared. Never child processes or native code for community plugins. */
export interface Capabilities {
  /** Paths or table names it reads. */
  readonly read?: readonly string[] | undefined;
  readonly hosts?: readonly string[] | undefined;
  readonly env?: readonly string[] | undefined;
  /** Wall time of one call, milliseconds. */
  readonly wallMs?: number | undefined;
  readonly memoryMb?: number | undefined;
}

export interface PluginDefinition {
  readonly components: readonly Component[];
  readonly capabilities?: Capabilities;
}

/** An npm package's default export. */
export const definePlugin = (plugin: PluginDefinition): Stamped<'plugin', PluginDefinition> => stamp('plugin', plugin);
