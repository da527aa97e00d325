import { z } from 'zod';
import { statuses } from '../contracts/algorithm.ts';
import { severities } from '../contracts/rule.ts';
import { flag, floats, json } from './columns.ts';
import type { AlertRecord, AuditRecord, DeadLetterRecord, DetectionState, EvidenceRecord, GuardRecord, HostSighting, IncidentRecord, ModelRecord, OutboxRecord, QuarantineRecord, Role, RunRecord, SuppressedRecord, WatermarkRecord } from './records.ts';
import type { TableDefinition } from './table.ts';

const day = z.int();
const texts = z.array(z.string());
const role = z.enum(['production', 'shadow']);
const pattern = z.string().nullable();
const suppression = z.object({ id: z.string(), match: z.object({ user: pattern, resource: pattern, scope: pattern, sourceHost: pattern }), owner: z.string(), reason: z.string(), expires: z.number(), wide: z.boolean() });
const funnel = z.object({ read: z.int(), kept: z.int(), scored: z.int(), unknown: z.int(), overBudget: z.int(), suppressed: z.int(), sent: z.int() });

export const runTable: TableDefinition<RunRecord & { readonly role: Role }> = {
  name: 'runs',
  key: ['number'],
  row: z.object({
    number: z.int(), key: z.string(), detection: z.string(), role, kind: z.enum(['train', 'score']),
    window: json(z.object({ from: z.string(), to: z.string() })), day: day.nullable(), status: z.enum(['done', 'degraded', 'silent']),
    model: json(z.object({ version: z.int(), digest: z.string() })), seed: z.number(), data: z.string(), settings: z.string(),
    calibration: json(z.object({ generation: z.int(), row: z.number(), queue: z.number() })), suppressions: json(z.array(suppression)), funnel: json(funnel),
    drops: json(z.array(z.object({ stage: funnel.keyof(), rows: z.int(), reason: z.string() }))),
    alerts: z.int(), incidents: z.int(), more: z.int(), aboveThreshold: z.int(), warnings: json(texts), changes: json(texts), seconds: z.number(),
    picture: json(z.unknown()), at: z.string(),
  }),
};

export const alertTable: TableDefinition<AlertRecord> = {
  name: 'alerts',
  key: ['recordId', 'role'],
  row: z.object({
    recordId: z.string(), role, revision: z.int(), detection: z.string(), scope: z.string(), user: z.string(), resource: z.string(),
    day, count: z.number(), sourceHosts: json(texts), firstSeen: z.number().nullable(), lastSeen: z.number().nullable(),
    status: z.enum(statuses), surprise: z.number(), coldSurprise: z.number().nullable(), pValue: z.number(), severity: z.enum(severities), rule: z.string(), techniques: json(texts), title: z.string(),
    message: z.string(), entities: json(z.record(z.string(), z.string())), explanation: json(z.unknown()), incident: z.string().nullable(),
    withdrawn: flag(), firstRun: z.int(), lastRun: z.int(),
  }),
};

export const incidentTable: TableDefinition<IncidentRecord> = {
  name: 'incidents',
  key: ['id'],
  row: z.object({
    id: z.string(), detection: z.string(), role, kind: z.enum(['account', 'source']), scope: z.string(), entity: z.string(), day,
    users: json(texts), sourceHosts: json(texts), resources: json(texts), surprise: z.number(), oneIn: z.number(),
    rank: z.int().nullable(), status: z.enum(['open', 'closed']), severity: z.enum(severities), sentence: z.string(),
    firstRun: z.int(), lastRun: z.int(),
  }),
};

export const evidenceTable: TableDefinition<EvidenceRecord> = {
  name: 'evidence',
  key: ['incident', 'recordId', 'run'],
  row: z.object({
    incident: z.string(), recordId: z.string(), run: z.int(), kind: z.enum(['first', 'again', 'absorbed']), user: z.string(),
    resource: z.string(), day, count: z.number(), lastSeen: z.number().nullable(), surprise: z.number(), pValue: z.number(), sentence: z.string(),
  }),
};

export const guardTable: TableDefinition<GuardRecord> = {
  name: 'guards',
  key: ['detection', 'scope', 'user', 'resource', 'since'],
  row: z.object({ detection: z.string(), scope: z.string(), user: z.string(), resource: z.string(), since: day, until: day }),
};

export const suppressedTable: TableDefinition<SuppressedRecord> = {
  name: 'suppressed',
  key: ['detection', 'day', 'recordId'],
  row: z.object({ detection: z.string(), day, recordId: z.string(), suppression: z.string(), scope: z.string(), user: z.string(), resource: z.string(), surprise: z.number(), pValue: z.number(), again: flag() }),
};

export const watermarkTable: TableDefinition<WatermarkRecord> = {
  name: 'watermarks',
  key: ['detection', 'url'],
  row: z.object({ detection: z.string(), url: z.string(), version: z.string(), bytes: z.int() }),
};

export const quarantineTable: TableDefinition<QuarantineRecord> = {
  name: 'quarantine',
  key: ['detection', 'url'],
  row: z.object({ detection: z.string(), url: z.string(), version: z.string(), bytes: z.int(), file: z.string(), code: z.string(), message: z.string(), since: z.int(), at: z.string() }),
};

const forSink = {
  id: z.int(), detection: z.string(), sink: z.int(), address: z.string(), run: z.int(), recordId: z.string(), revision: z.int(),
  payload: json(z.record(z.string(), z.unknown())), attempts: z.int(),
};

export const outboxTable: TableDefinition<OutboxRecord> = { name: 'outbox', key: ['id'], row: z.object(forSink) };

export const deadLetterTable: TableDefinition<DeadLetterRecord> = {
  name: 'dead_letters',
  key: ['id'],
  row: z.object({ ...forSink, code: z.string(), message: z.string(), at: z.string() }),
};

export const modelTable: TableDefinition<ModelRecord> = {
  name: 'models',
  key: ['detection', 'version'],
  row: z.object({
    detection: z.string(), version: z.int(), digest: z.string(), parentDigest: z.string().nullable(), made: z.enum(['train', 'update']),
    algorithm: z.string(), settings: json(z.record(z.string(), z.unknown())), role: z.enum(['active', 'shadow', 'former']),
    days: json(z.object({ from: day, to: day })), rows: z.int(), calibrated: flag(), generation: z.int(),
    scanners: json(z.array(z.object({ scope: z.string(), user: z.string() }))), pruned: flag(), at: z.string(),
  }),
};

export const detectionTable: TableDefinition<DetectionState> = {
  name: 'detections',
  key: ['detection', 'role'],
  row: z.object({
    detection: z.string(), role, model: z.int(), generation: z.int(), rowCorrection: z.number(), queueCorrection: z.number(),
    closedThrough: day.nullable(), learnedThrough: day, trainedAt: day,
  }),
};

export const calibrationDayTable: TableDefinition<{ readonly generation: number; readonly day: number; readonly incidents: Float64Array }> = {
  name: 'calibration_days',
  key: ['generation', 'day'],
  row: z.object({ generation: z.int(), day, incidents: floats() }),
};

export const calibrationScopeTable: TableDefinition<{ readonly generation: number; readonly day: number; readonly scope: string; readonly bytes: Uint8Array }> = {
  name: 'calibration_scopes',
  key: ['generation', 'day', 'scope'],
  row: z.object({ generation: z.int(), day, scope: z.string(), bytes: z.instanceof(Uint8Array) }),
};

export const hostTable: TableDefinition<HostSighting & { readonly detection: string }> = {
  name: 'hosts',
  key: ['detection', 'scope', 'user', 'host'],
  row: z.object({ detection: z.string(), scope: z.string(), user: z.string(), host: z.string(), firstDay: day }),
};

export const auditTable: TableDefinition<AuditRecord> = {
  name: 'audit',
  key: ['at', 'action', 'detection'],
  row: z.object({ at: z.string(), action: z.enum(['train', 'promote', 'rollback', 'shadow', 'discard', 'dead-letter-retry', 'dead-letter-drop']), detection: z.string(), detail: z.string() }),
};
