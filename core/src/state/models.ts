import { ByomlError } from '../contracts/errors.ts';
import type { Database } from './database.ts';
import type { AuditRecord, DetectionState, ModelRecord, ModelRole, Role } from './records.ts';
import { Table } from './table.ts';
import { auditTable, detectionTable, modelTable } from './tables.ts';

/** The models of each detection, which of them score, and who decided so. At most one is active and one is shadow. */
export class Models {
  readonly #database: Database;
  readonly #models: Table<ModelRecord>;
  readonly #states: Table<DetectionState>;
  readonly #audit: Table<AuditRecord>;

  constructor(database: Database) {
    this.#database = database;
    this.#models = new Table(database, modelTable);
    this.#states = new Table(database, detectionTable);
    this.#audit = new Table(database, auditTable);
  }

  get(detection: string, version: number): ModelRecord | null {
    return this.#models.first(' where detection = ? and version = ?', [detection, version]);
  }

  /** Newest first. */
  list(detection: string): ModelRecord[] {
    return this.#models.select(' where detection = ? order by version desc', [detection]);
  }

  nextVersion(detection: string): number {
    return Number(this.#database.get('select ifnull(max(version), 0) + 1 as next from models where detection = ?', [detection])?.['next']);
  }

  state(detection: string, role: Role): DetectionState | null {
    return this.#states.first(' where detection = ? and role = ?', [detection, role]);
  }

  /** Oldest first. */
  audits(detection: string): AuditRecord[] {
    return this.#audit.select(' where detection = ? order by id', [detection]);
  }

  commit(models: readonly ModelRecord[], states: readonly DetectionState[], audit: readonly AuditRecord[]): void {
    for (const model of models) {
      this.#vacate(model.detection, model.role);
      this.#models.put(model);
    }
    for (const state of states) this.#states.put(state);
    for (const entry of audit) this.#audit.insert(entry);
  }

  /** Throws RECORD_UNKNOWN for a version that does not exist. */
  changeRoles(detection: string, roles: ReadonlyArray<{ readonly version: number; readonly role: ModelRole }>, states: readonly DetectionState[], audit: AuditRecord): void {
    this.#database.transaction(() => {
      for (const { version, role } of roles) {
        this.#vacate(detection, role);
        this.#update(detection, version, `role = '${role}'`);
      }
      this.commit([], states, [audit]);
      this.#database.run("delete from detections where detection = ? and role = 'shadow' and not exists (select 1 from models where models.detection = detections.detection and models.role = 'shadow')", [detection]);
    });
  }

  prune(detection: string, versions: readonly number[]): void {
    this.#database.transaction(() => {
      for (const version of versions) this.#update(detection, version, 'pruned = 1');
    });
  }

  /** The model that had the role so far has had it. */
  #vacate(detection: string, role: ModelRole): void {
    if (role !== 'former') this.#database.run("update models set role = 'former' where detection = ? and role = ?", [detection, role]);
  }

  #update(detection: string, version: number, set: string): void {
    const updated = this.#database.run(`update models set ${set} where detection = ? and version = ?`, [detection, version]);
    if (updated === 0) throw new ByomlError('RECORD_UNKNOWN', `detection ${detection} has no model version ${version}`, { details: { detection, version } });
  }
}
