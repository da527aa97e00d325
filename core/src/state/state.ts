import type { Refusal } from '../contracts/sink.ts';
import { Alerts, type AlertCount, type AlertFilter, type AlertGroup, type TechniqueCount } from './alerts.ts';
import { Calibrations } from './calibrations.ts';
import type { Database } from './database.ts';
import { DeadLetters, type DeadLetterChoice, type DeadLetterCount, type DeadLetterFilter } from './dead-letters.ts';
import { digestOf } from './digest.ts';
import { Incidents, type IncidentFilter } from './incidents.ts';
import { Models } from './models.ts';
import { openForReading, openForWriting, type OpenedDatabase } from './open-database.ts';
import { Outbox } from './outbox.ts';
import { Quarantine } from './quarantine.ts';
import type { AlertRecord, AuditRecord, CalibrationDay, DeadLetterRecord, DetectionState, EvidenceRecord, GuardRecord, HostSighting, IncidentRecord, ModelRecord, ModelRole, OutboxRecord, QuarantineRecord, Role, RunOutcome, RunRecord, SuppressedCount, SuppressedRecord, WatermarkRecord } from './records.ts';
import { Runs, type RunFilter } from './runs.ts';
import { Sightings } from './sightings.ts';
import { Suppressed, type SuppressedFilter } from './suppressed.ts';

/** All that a workspace remembers, in `<workspace>/.byoml/state.sqlite`. Every method throws STATE_FAILED when the file cannot be read or written. */
export class State implements Disposable {
  readonly #database: Database;
  readonly #lock: Disposable | undefined;
  readonly #runs: Runs;
  readonly #alerts: Alerts;
  readonly #incidents: Incidents;
  readonly #outbox: Outbox;
  readonly #deadLetters: DeadLetters;
  readonly #quarantine: Quarantine;
  readonly #models: Models;
  readonly #calibrations: Calibrations;
  readonly #sightings: Sightings;
  readonly #suppressed: Suppressed;

  private constructor({ database, lock }: OpenedDatabase) {
    this.#database = database;
    this.#lock = lock;
    this.#runs = new Runs(database);
    this.#alerts = new Alerts(database);
    this.#incidents = new Incidents(database);
    this.#outbox = new Outbox(database);
    this.#deadLetters = new DeadLetters(database);
    this.#quarantine = new Quarantine(database);
    this.#models = new Models(database);
    this.#calibrations = new Calibrations(database);
    this.#sightings = new Sightings(database);
    this.#suppressed = new Suppressed(database);
  }

  /**
   * Takes the workspace's lock until disposed, unless `readOnly`: that works beside a writer, and reads a workspace without state as
   * an empty one. Throws STATE_LOCKED, STATE_FAILED, STATE_NEWER.
   */
  static open(workspace: string, { readOnly = false }: { readonly readOnly?: boolean | undefined } = {}): State {
    return new State(readOnly ? openForReading(workspace) : openForWriting(workspace));
  }

  /** Stores all that a run leaves behind, or nothing, and numbers the run. A key that was stored before writes nothing and returns that run. */
  commit(outcome: RunOutcome): RunRecord {
    return this.#database.transaction(() => this.#runs.byKey(outcome.run.key) ?? this.#store(outcome));
  }

  #store(outcome: RunOutcome): RunRecord {
    const run = this.#runs.add(outcome);
    const raised = this.#alerts.commit(run.number, outcome);
    this.#outbox.commit(run.number, outcome, raised);
    this.#incidents.commit(run.number, outcome);
    this.#sightings.commit(outcome);
    this.#quarantine.commit(run.number, outcome);
    this.#suppressed.commit(outcome);
    this.#sightings.release(raised.filter(({ withdrawn, role }) => withdrawn && role === 'production'));
    this.#calibrations.commit(outcome.calibration);
    this.#models.commit(outcome.models, [outcome.state], outcome.audit);
    return run;
  }

  runByKey(key: string): RunRecord | null {
    return this.#runs.byKey(key);
  }

  run(number: number): RunRecord | null {
    return this.#runs.byNumber(number);
  }

  /** Newest first. */
  runs(filter: RunFilter = {}): RunRecord[] {
    return this.#runs.list(filter);
  }

  /** The last score run of that UTC day. */
  latestScore(detection: string, role: Role, day: number): RunRecord | null {
    return this.#runs.latestScore(detection, role, day);
  }

  detection(name: string, role: Role): DetectionState | null {
    return this.#models.state(name, role);
  }

  /** The last `last` days of a window before the UTC day `before`, oldest first. */
  calibration(generation: number, filter: { readonly before: number; readonly last: number }): CalibrationDay[] {
    return this.#calibrations.days(generation, filter);
  }

  /** A generation that nothing uses yet. */
  nextGeneration(): number {
    return this.#calibrations.nextGeneration();
  }

  /** Guards that began before that UTC day and last beyond it. */
  guards(detection: string, day: number): GuardRecord[] {
    return this.#sightings.guards(detection, day);
  }

  /** By URL. */
  watermarks(detection: string): ReadonlyMap<string, WatermarkRecord> {
    return this.#sightings.watermarks(detection);
  }

  /** Files that runs leave out, by URL in order. */
  quarantine(detection: string): QuarantineRecord[] {
    return this.#quarantine.list(detection);
  }

  /** Lets the next run try these files again. */
  retryQuarantine(detection: string, urls: readonly string[]): void {
    this.#quarantine.retry(detection, urls);
  }

  hosts(detection: string): HostSighting[] {
    return this.#sightings.hosts(detection);
  }

  /** What suppressions have hidden, oldest day first. */
  suppressed(filter: SuppressedFilter): SuppressedRecord[] {
    return this.#suppressed.list(filter);
  }

  /** How much each suppression has hidden. */
  suppressedCounts(filter: SuppressedFilter): SuppressedCount[] {
    return this.#suppressed.counts(filter);
  }

  /** At most two whose record id begins with these hexadecimal digits. */
  suppressedBeginning(beginning: string): SuppressedRecord[] {
    return this.#suppressed.beginning(beginning);
  }

  alert(recordId: string, role: Role): AlertRecord | null {
    return this.#alerts.get(recordId, role);
  }

  /** At most two whose record id begins with these hexadecimal digits. */
  alertsBeginning(beginning: string, role: Role): AlertRecord[] {
    return this.#alerts.beginning(beginning, role);
  }

  /** Newest day first, then the oddest; withdrawn ones too unless the filter says otherwise. */
  alerts(filter: AlertFilter = {}): AlertRecord[] {
    return this.#alerts.list(filter);
  }

  /** Counts of the alerts that the filter lets through (limit and offset aside), ordered by the group. */
  countAlertsBy(filter: AlertFilter, group: AlertGroup): AlertCount[] {
    return this.#alerts.countBy(filter, group);
  }

  /** Alerts of production that hold, by detection and the techniques that their rule named. */
  countAlertsByTechnique(): TechniqueCount[] {
    return this.#alerts.countByTechnique();
  }

  /** At most two whose id begins with these hexadecimal digits. */
  incidentsBeginning(beginning: string): IncidentRecord[] {
    return this.#incidents.beginning(beginning);
  }

  incident(id: string): IncidentRecord | null {
    return this.#incidents.get(id);
  }

  /** Newest day first, then by rank, those that the budget left out last, then the oddest. */
  incidents(filter: IncidentFilter = {}): IncidentRecord[] {
    return this.#incidents.list(filter);
  }

  /** Open ones of that UTC day or later, oldest first. */
  openIncidents(detection: string, role: Role, sinceDay: number): IncidentRecord[] {
    return this.#incidents.open(detection, role, sinceDay);
  }

  /** In the order it came. */
  evidence(incidentId: string): EvidenceRecord[] {
    return this.#incidents.evidence(incidentId);
  }

  /** The oldest rows that have not been acknowledged, by the sink at that position or by any. */
  outbox(detection: string, limit: number, sink?: number): OutboxRecord[] {
    return this.#outbox.list(detection, limit, sink);
  }

  /** Positions of the sinks that rows wait for, in order. */
  outboxSinks(detection: string): number[] {
    return this.#outbox.sinks(detection);
  }

  /** Removes rows that their sinks have taken; ids that are gone already do no harm. */
  acknowledge(ids: readonly number[]): void {
    this.#outbox.acknowledge(ids);
  }

  /** Moves rows of the outbox to the dead letters, all or none, at that time of the clock (ISO 8601). */
  refuse(ids: readonly number[], why: Refusal, at: string): void {
    this.#deadLetters.refuse(ids, why, at);
  }

  /** Rows that their destinations will not take, the oldest first. */
  deadLetters(filter: DeadLetterFilter = {}): DeadLetterRecord[] {
    return this.#deadLetters.list(filter);
  }

  /** How many there are, by detection and sink. Throws RECORD_UNKNOWN for an id that is not among them; so do the two that follow, and change nothing. */
  countDeadLetters(choice: DeadLetterChoice = {}): DeadLetterCount[] {
    return this.#deadLetters.count(choice);
  }

  /** Puts them back into the outbox, in the revision they had, for the next run. Audited, at that time of the clock (ISO 8601). */
  retryDeadLetters(choice: DeadLetterChoice, at: string): DeadLetterCount[] {
    return this.#deadLetters.retry(choice, at);
  }

  /** Forgets them. Audited, at that time of the clock (ISO 8601). */
  dropDeadLetters(choice: DeadLetterChoice, at: string): DeadLetterCount[] {
    return this.#deadLetters.drop(choice, at);
  }

  /** Newest first. */
  models(detection: string): ModelRecord[] {
    return this.#models.list(detection);
  }

  model(detection: string, version: number): ModelRecord | null {
    return this.#models.get(detection, version);
  }

  nextVersion(detection: string): number {
    return this.#models.nextVersion(detection);
  }

  /**
   * Promote, roll back, shadow, discard. Whoever had a role before becomes `former`; the shadow's state goes with the last shadow.
   * Throws RECORD_UNKNOWN for a version that does not exist.
   */
  changeRoles(detection: string, roles: ReadonlyArray<{ readonly version: number; readonly role: ModelRole }>, states: readonly DetectionState[], audit: AuditRecord): void {
    this.#models.changeRoles(detection, roles, states, audit);
  }

  /** Marks models whose folders were removed. Throws RECORD_UNKNOWN. */
  prune(detection: string, versions: readonly number[]): void {
    this.#models.prune(detection, versions);
  }

  /** Oldest first. */
  audits(detection: string): AuditRecord[] {
    return this.#models.audits(detection);
  }

  /** SHA-256 over everything but times of the clock, durations and row ids: equal for equal work. */
  digest(): string {
    return digestOf(this.#database);
  }

  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]();
    this.#lock?.[Symbol.dispose]();
  }
}
