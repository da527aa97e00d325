import type { Suppression } from '../detection-file/detection.ts';
import type { Severity } from '../contracts/rule.ts';
import type { Status } from '../contracts/algorithm.ts';

/** Counts of one run, from what the source held to what the sinks got. Rows are (scope, user, resource, day) unless the algorithm says otherwise. */
export interface Funnel {
  /** Records of the source that the view let through. */
  readonly read: number;
  /** Rows left by the view and the filters. */
  readonly kept: number;
  /** Candidates: kept rows that are not `known`, without those that a suppression hid. */
  readonly scored: number;
  /** Of these, rows whose user or resource the model had not learned. */
  readonly unknown: number;
  /** Candidates above the line that the budget left out. */
  readonly overBudget: number;
  /** Guarded and absorbed rows, those of scanners, and what suppressions hid. */
  readonly suppressed: number;
  /** Alerts given to the sinks. */
  readonly sent: number;
}

/** Why rows went no further. */
export interface Drop {
  readonly stage: keyof Funnel;
  readonly rows: number;
  readonly reason: string;
}

export type RunKind = 'train' | 'score';
/** `degraded`: the result stands, but something was wrong with its input; `silent`: the source gave nothing new for two intervals. */
export type RunStatus = 'done' | 'degraded' | 'silent';

export interface RunRecord {
  readonly number: number;
  /** settled 21; the same key again is a no-op. */
  readonly key: string;
  readonly detection: string;
  readonly kind: RunKind;
  /** ISO 8601, half-open. */
  readonly window: { readonly from: string; readonly to: string };
  /** UTC day number of a score run. */
  readonly day: number | null;
  readonly status: RunStatus;
  readonly model: { readonly version: number; readonly digest: string };
  readonly seed: number;
  /** Digests of the rows and of the detection file. */
  readonly data: string;
  readonly settings: string;
  /** The calibration the run used: generation of the window, and both corrections. */
  readonly calibration: { readonly generation: number; readonly row: number; readonly queue: number };
  /** Those in force: scored again, its day goes by them. */
  readonly suppressions: readonly Suppression[];
  readonly funnel: Funnel;
  readonly drops: readonly Drop[];
  readonly alerts: number;
  readonly incidents: number;
  /** Incidents above the line that the budget left out: "n more above it". */
  readonly more: number;
  /** Rows above the rule's stateless threshold, in the queue or not. */
  readonly aboveThreshold: number;
  readonly warnings: readonly string[];
  /** What changed against the run of the same window before, e.g. late data; empty for a first run. */
  readonly changes: readonly string[];
  readonly seconds: number;
  /** Pictures of the run, for reports; see `RunPicture`. */
  readonly picture: unknown;
  /** Time of the clock when it was committed, ISO 8601. */
  readonly at: string;
}

export type Role = 'production' | 'shadow';

export interface AlertRecord {
  /** sha256(detection, scope, entity keys, start of the alert unit), settled 21. */
  readonly recordId: string;
  /** 1, then one more each time what it says changes. */
  readonly revision: number;
  readonly detection: string;
  readonly role: Role;
  readonly scope: string;
  readonly user: string;
  readonly resource: string;
  readonly day: number;
  readonly count: number;
  readonly sourceHosts: readonly string[];
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  readonly status: Status;
  readonly surprise: number;
  /** What cold rows are ordered by instead; null in others, and where the algorithm has none. */
  readonly coldSurprise: number | null;
  readonly pValue: number;
  readonly severity: Severity;
  /** Address of the rule template that chose it; empty where every row alerts, and in alerts of before rules were noted. */
  readonly rule: string;
  /** ATT&CK ids that the rule named then. */
  readonly techniques: readonly string[];
  readonly title: string;
  readonly message: string;
  readonly entities: Readonly<Record<string, string>>;
  /** `Explanation`, or null where the algorithm does not explain. */
  readonly explanation: unknown;
  readonly incident: string | null;
  /** Whether late data took it back. */
  readonly withdrawn: boolean;
  readonly firstRun: number;
  readonly lastRun: number;
}

export type IncidentKind = 'account' | 'source';

export interface IncidentRecord {
  /** sha256(detection, role, kind, scope, entity, day) */
  readonly id: string;
  readonly detection: string;
  readonly role: Role;
  readonly kind: IncidentKind;
  readonly scope: string;
  /** The account or the source host. */
  readonly entity: string;
  readonly day: number;
  readonly users: readonly string[];
  readonly sourceHosts: readonly string[];
  readonly resources: readonly string[];
  /** Σ max(0, −ln p − ln 2) over its new rows. */
  readonly surprise: number;
  /** One in how many incidents of such days is as odd. */
  readonly oneIn: number;
  /** From 1 in the day's queue; null when the budget left it out. */
  readonly rank: number | null;
  readonly status: 'open' | 'closed';
  readonly severity: Severity;
  readonly sentence: string;
  readonly firstRun: number;
  readonly lastRun: number;
}

/** One time a run saw a row of an incident: first, again with more events, or on a later day while the incident is open. */
export interface EvidenceRecord {
  readonly incident: string;
  readonly recordId: string;
  readonly run: number;
  readonly kind: 'first' | 'again' | 'absorbed';
  readonly user: string;
  readonly resource: string;
  readonly day: number;
  readonly count: number;
  readonly lastSeen: number | null;
  readonly surprise: number;
  readonly pValue: number;
  readonly sentence: string;
}

/** A pair that alerted and that nobody judged: it stays out of the learned graph until `until` (UTC day, exclusive). */
export interface GuardRecord {
  readonly detection: string;
  readonly scope: string;
  readonly user: string;
  readonly resource: string;
  readonly since: number;
  readonly until: number;
}

/** An alert that a suppression hid, or a later day of its pair while it still holds. */
export interface SuppressedRecord {
  readonly detection: string;
  readonly day: number;
  /** Of the alert that it would have been. */
  readonly recordId: string;
  /** Id of the suppression. */
  readonly suppression: string;
  readonly scope: string;
  readonly user: string;
  readonly resource: string;
  /** 0 and 1 for a later day, which is not scored again. */
  readonly surprise: number;
  readonly pValue: number;
  /** Whether it is a later day of a pair that was hidden: as an alert it would have been evidence of the first one. */
  readonly again: boolean;
}

/** What one suppression has hidden. */
export interface SuppressedCount {
  readonly suppression: string;
  /** Alerts, each counted once. */
  readonly alerts: number;
  /** Later days of their pairs. */
  readonly again: number;
  readonly lastDay: number;
}

export interface WatermarkRecord {
  readonly detection: string;
  readonly url: string;
  readonly version: string;
  readonly bytes: number;
}

/** A version of a file that could not be read: runs leave it out until it changes. */
export interface QuarantineRecord {
  readonly detection: string;
  readonly url: string;
  /** Empty when the next run is to try it again, changed or not. */
  readonly version: string;
  /** Of its beginning, which was read before it was spoilt and goes on being read; 0 when there is none. */
  readonly bytes: number;
  /** What messages call the file. */
  readonly file: string;
  readonly code: string;
  readonly message: string;
  /** Number of the first run that left it out. */
  readonly since: number;
  readonly at: string;
}

/** A row that a sink has not acknowledged yet. */
export interface OutboxRecord {
  readonly id: number;
  readonly detection: string;
  /** Position of the sink in the detection file, and its address. */
  readonly sink: number;
  readonly address: string;
  readonly run: number;
  readonly recordId: string;
  readonly revision: number;
  readonly payload: Readonly<Record<string, unknown>>;
  /** How often its sink has refused it; more than 0 after a retry. */
  readonly attempts: number;
}

/** A row that its destination will not take, set aside until somebody retries or drops it. */
export interface DeadLetterRecord extends OutboxRecord {
  /** Of the destination, as it said it, and one sentence. */
  readonly code: string;
  readonly message: string;
  /** Time of the clock when it was refused last, ISO 8601. */
  readonly at: string;
}

export type ModelRole = 'active' | 'shadow' | 'former';

export interface ModelRecord {
  readonly detection: string;
  /** 1, 2, 3 … within the detection. */
  readonly version: number;
  readonly digest: string;
  readonly parentDigest: string | null;
  /** `train`: learned anew; `update`: its parent and the days since. */
  readonly made: 'train' | 'update';
  readonly algorithm: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly role: ModelRole;
  /** UTC days it has learned, half-open. */
  readonly days: { readonly from: number; readonly to: number };
  readonly rows: number;
  readonly calibrated: boolean;
  /** Which calibration it is scored with. */
  readonly generation: number;
  /** Accounts found to scan by trade, by scope. */
  readonly scanners: ReadonlyArray<{ readonly scope: string; readonly user: string }>;
  /** Whether its folder was removed to save space. */
  readonly pruned: boolean;
  readonly at: string;
}

/** What learning and scoring go on from; one per detection and role. */
export interface DetectionState {
  readonly detection: string;
  readonly role: Role;
  /** Version of the model that scores. */
  readonly model: number;
  readonly generation: number;
  readonly rowCorrection: number;
  readonly queueCorrection: number;
  /** The last UTC day that was closed: all of it scored, its candidates in the window. */
  readonly closedThrough: number | null;
  /** Last UTC day that the model has learned. */
  readonly learnedThrough: number;
  /** UTC day of the last training from nothing. */
  readonly trainedAt: number;
}

/** One working day of a calibration window: encoded candidates per scope, and the day's incident scores. */
export interface CalibrationDay {
  readonly generation: number;
  readonly day: number;
  readonly scopes: ReadonlyArray<{ readonly scope: string; readonly bytes: Uint8Array }>;
  readonly incidents: Float64Array;
}

/** A host that an account was seen at. */
export interface HostSighting {
  readonly scope: string;
  readonly user: string;
  readonly host: string;
  /** First UTC day; of two sightings the earlier one holds. */
  readonly firstDay: number;
}

export interface AuditRecord {
  readonly at: string;
  readonly action: 'train' | 'promote' | 'rollback' | 'shadow' | 'discard' | 'dead-letter-retry' | 'dead-letter-drop';
  readonly detection: string;
  readonly detail: string;
}

/** Everything a run leaves behind; all of it is stored, or nothing. Run numbers in its records are 0 where they mean this run. */
export interface RunOutcome {
  readonly run: Omit<RunRecord, 'number'>;
  readonly role: Role;
  /** Replace the ones of the same `recordId`; ones of equal content are left alone, others raise the revision. */
  readonly alerts: ReadonlyArray<Omit<AlertRecord, 'revision' | 'firstRun' | 'lastRun'>>;
  /** Replace the ones of the same `id`. */
  readonly incidents: ReadonlyArray<Omit<IncidentRecord, 'firstRun' | 'lastRun'>>;
  /** One that repeats the last of its incident and record (same count and lastSeen) is left out. */
  readonly evidence: ReadonlyArray<Omit<EvidenceRecord, 'run'>>;
  readonly guards: readonly GuardRecord[];
  /** All of the day of a score run; only production's are stored. */
  readonly suppressed: readonly SuppressedRecord[];
  readonly watermarks: readonly WatermarkRecord[];
  /** Files that earlier runs did not know to be unreadable; none when absent. */
  readonly quarantine?: ReadonlyArray<Omit<QuarantineRecord, 'since' | 'at'>>;
  /** What the sinks are to get: alerts whose revision rose. `sinks` are the detection's, in order. */
  readonly sinks: ReadonlyArray<{ readonly sink: number; readonly address: string }>;
  readonly state: DetectionState;
  readonly calibration: readonly CalibrationDay[];
  readonly hosts: readonly HostSighting[];
  readonly models: readonly ModelRecord[];
  readonly audit: readonly AuditRecord[];
}
