export type { AlertCount, AlertFilter, AlertGroup } from './alerts.ts';
export type { DeadLetterChoice, DeadLetterCount, DeadLetterFilter } from './dead-letters.ts';
export type { IncidentFilter } from './incidents.ts';
export type {
  AlertRecord, AuditRecord, CalibrationDay, DeadLetterRecord, DetectionState, Drop, EvidenceRecord, Funnel, GuardRecord, HostSighting, IncidentKind, IncidentRecord,
  ModelRecord, ModelRole, OutboxRecord, QuarantineRecord, Role, RunKind, RunOutcome, RunRecord, RunStatus, SuppressedCount, SuppressedRecord, WatermarkRecord,
} from './records.ts';
export type { RunFilter } from './runs.ts';
export { State } from './state.ts';
