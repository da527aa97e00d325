import type { Database } from './database.ts';
import { paged, where, type Page } from './filter.ts';
import type { EvidenceRecord, IncidentKind, IncidentRecord, Role, RunOutcome } from './records.ts';
import { Table } from './table.ts';
import { evidenceTable, incidentTable } from './tables.ts';

export interface IncidentFilter extends Page {
  readonly detection?: string | undefined;
  readonly role?: Role | undefined;
  readonly kind?: IncidentKind | undefined;
  /** UTC days, half-open. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly status?: IncidentRecord['status'] | undefined;
  /** Whether the day's budget had a place for it. */
  readonly queued?: boolean | undefined;
  readonly entity?: string | undefined;
  /** A part of its id, entity, users, hosts, resources or sentence; ASCII letters of either case. */
  readonly search?: string | undefined;
}

const conditions = (filter: IncidentFilter): ReturnType<typeof where> =>
  where([
    ['detection = ?', filter.detection], ['role = ?', filter.role], ['kind = ?', filter.kind], ['status = ?', filter.status], ['entity = ?', filter.entity],
    ['day >= ?', filter.from], ['day < ?', filter.to], ['place < 2147483647 = ?', filter.queued === undefined ? undefined : Number(filter.queued)],
    ['instr(words, lower(?)) > 0', filter.search],
  ]);

/** A search reads the one index that holds the words. */
const source = ({ search, entity }: IncidentFilter): string => (search !== undefined && entity === undefined ? ' indexed by incidents_of_day' : '');

/** The incidents of all runs and what each run saw of them. */
export class Incidents {
  readonly #database: Database;
  readonly #table: Table<IncidentRecord>;
  readonly #evidence: Table<EvidenceRecord>;

  constructor(database: Database) {
    this.#database = database;
    this.#table = new Table(database, incidentTable);
    this.#evidence = new Table(database, evidenceTable);
  }

  /** At most two whose id begins so. `beginning` is hexadecimal. */
  beginning(beginning: string): IncidentRecord[] {
    return this.#table.select(' where id >= ? and id < ? order by id limit 2', [beginning, `${beginning}g`]);
  }

  get(id: string): IncidentRecord | null {
    return this.#table.first(' where id = ?', [id]);
  }

  /** Newest day first, then by rank, those that the budget left out last, then the oddest. */
  list(filter: IncidentFilter): IncidentRecord[] {
    const { sql, values } = conditions(filter);
    return this.#table.select(`${source(filter)}${sql} order by day desc, place, surprise desc, number limit ? offset ?`, [...values, ...paged(filter)]);
  }

  /** Open ones of that day or later, oldest first. */
  open(detection: string, role: Role, sinceDay: number): IncidentRecord[] {
    return this.#table.select(" where status = 'open' and detection = ? and role = ? and day >= ? order by day, number", [detection, role, sinceDay]);
  }

  /** In the order it came. */
  evidence(incident: string): EvidenceRecord[] {
    return this.#evidence.select(' where incident = ? order by id', [incident]);
  }

  commit(run: number, { incidents, evidence }: RunOutcome): void {
    for (const incident of incidents) this.#table.put({ ...incident, firstRun: this.#firstRun(incident.id) ?? run, lastRun: run });
    for (const piece of evidence) {
      const last = this.#database.get('select count, lastSeen from evidence where incident = ? and recordId = ? order by id desc limit 1', [piece.incident, piece.recordId]);
      if (last && last['count'] === piece.count && last['lastSeen'] === piece.lastSeen) continue;
      this.#evidence.insert({ ...piece, kind: last && piece.kind === 'first' ? 'again' : piece.kind, run });
    }
  }

  #firstRun(id: string): number | undefined {
    const stored = this.#database.get('select firstRun from incidents where id = ?', [id]);
    return stored && Number(stored['firstRun']);
  }
}
