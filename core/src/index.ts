export { z } from 'zod';
export { accessColumns, accessViewColumns, directoryColumns, spanColumns, type AccessColumns } from './contracts/access.ts';
export { coldColumns, scoreColumns, statuses, type Algorithm, type Model, type ModelFiles, type ScoreColumns, type Status } from './contracts/algorithm.ts';
export { cellType, utcDay, utcInstant, type CellType } from './contracts/cells.ts';
export { batch, rows, type Batch, type Batches, type Cell, type Column, type Columns, type DictionaryColumn, type Row } from './contracts/columns.ts';
export type { DataSource, FileFormat, Scan, ScanFile } from './contracts/data-source.ts';
export {
  componentKinds, defineAlgorithm, defineDataSource, defineEngine, definePlugin, defineRuleTemplate, defineSink, defineView, kind,
  type AlertUnit, type AlgorithmDefinition, type Capabilities, type Component, type ComponentKind, type ComponentOf, type DataSourceDefinition, type EngineDefinition, type PluginDefinition, type RuleTemplateDefinition, type SinkDefinition, type Stamped,
} from './contracts/define.ts';
export { dictionary, dictionaryColumn } from './contracts/dictionary.ts';
export { Engine, type Relation, type RelationColumn, type Trainers } from './contracts/engine.ts';
export { ByomlError, catalogue, isByomlError, type ErrorCode } from './contracts/errors.ts';
export type { Explanation, NegativeLog, Reason, Term } from './contracts/explanation.ts';
export { numbers } from './contracts/numbers.ts';
export { severities, type Alert, type Rule, type Severity } from './contracts/rule.ts';
export type { Progress, Run, Window } from './contracts/run.ts';
export { scopeFolder } from './models/scope-folder.ts';
export { CacheFolder, Clock, DataFolder, Fetch, Folder, Logger, Secrets, token, type Needs, type Services, type Token } from './contracts/services.ts';
export type { Receipt, Refusal, Sink } from './contracts/sink.ts';
export type { Dialect, Predicate, ViewDefinition } from './contracts/view.ts';
