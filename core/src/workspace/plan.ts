import type { DataSource } from '../contracts/data-source.ts';
import type { RuleTemplateDefinition, SinkDefinition } from '../contracts/define.ts';
import type { Engine } from '../contracts/engine.ts';
import type { Rule } from '../contracts/rule.ts';
import type { Sink } from '../contracts/sink.ts';
import type { ViewDefinition } from '../contracts/view.ts';
import type { ChosenAlgorithm } from '../ad-hoc/algorithm.ts';
import type { Detection, ParsedDetection } from '../detection-file/index.ts';
import type { Workspace } from './workspace.ts';

export interface PlannedView {
  /** Null for one written in the detection file. */
  readonly address: string | null;
  readonly definition: ViewDefinition;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface PlannedRule {
  readonly address: string;
  readonly definition: RuleTemplateDefinition;
  readonly rule: Rule;
}

export interface PlannedSink {
  readonly address: string;
  readonly definition: SinkDefinition;
  /** Made when it is needed: a sink may connect. */
  create(engine: Engine): Sink;
}

export interface PlannedEnrichment {
  readonly source: DataSource;
  readonly name: string;
  readonly key: string;
  readonly columns: readonly string[];
}

/** A detection whose components are loaded, whose settings are parsed and whose columns fit each other. No data has moved yet. */
export interface Plan {
  readonly workspace: Workspace;
  readonly parsed: ParsedDetection;
  readonly detection: Detection;
  readonly chosen: ChosenAlgorithm;
  readonly source: DataSource;
  readonly sourceAddress: string;
  readonly view: PlannedView | null;
  readonly enrich: readonly PlannedEnrichment[];
  readonly rules: readonly PlannedRule[];
  readonly sinks: readonly PlannedSink[];
}
