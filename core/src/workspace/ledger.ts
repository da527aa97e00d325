import type { Run } from '../contracts/run.ts';
import type { IncidentRecord, Role, RunOutcome, RunRecord, State } from '../state/index.ts';
import { manifestOf, saveModel, type SavedModel } from './model-store.ts';
import { idOf } from './record-id.ts';
import type { Recent } from './wide-suppressions.ts';
import type { DaySpan } from './rows.ts';

/** Where the outcome of runs goes: the state of a workspace, or nowhere (a preview). */
export interface Ledger {
  nextVersion(detection: string): number;
  nextGeneration(): number;
  /** Keeps the model and answers its digest. */
  keepModel(saved: SavedModel, run: Run): Promise<string>;
  runByKey(key: string): RunRecord | null;
  /** Incidents that earlier runs of the day queued, by id. */
  queuedOn(detection: string, role: Role, day: number): ReadonlyMap<string, IncidentRecord>;
  /** Record ids of the day's alerts that stand. */
  alertedOn(detection: string, role: Role, day: number): ReadonlySet<string>;
  /** Alerts of production that stand, and what suppressions hid. */
  recentAlerts(detection: string, days: DaySpan): Recent;
  commit(outcome: RunOutcome): RunRecord;
}

export const stateLedger = (state: State): Ledger => {
  // A version is given once per process, also before the run that names it is committed.
  const given = new Map<string, number>();
  return {
    nextVersion(detection) {
      const version = Math.max(state.nextVersion(detection), (given.get(detection) ?? 0) + 1);
      given.set(detection, version);
      return version;
    },
    nextGeneration: () => state.nextGeneration(),
    keepModel: saveModel,
    runByKey: (key) => state.runByKey(key),
    queuedOn: (detection, role, day) => new Map(state.incidents({ detection, role, from: day, to: day + 1, queued: true }).map((incident) => [incident.id, incident])),
    alertedOn: (detection, role, day) => new Set(state.alerts({ detection, role, from: day, to: day + 1, withdrawn: false }).map(({ recordId }) => recordId)),
    recentAlerts: (detection, days) => recentAlerts(state, detection, days),
    commit: (outcome) => state.commit(outcome),
  };
};

export const recentAlerts = (state: State, detection: string, days: DaySpan): Recent => ({
  alerts: state.countAlertsBy({ detection, role: 'production', withdrawn: false, ...days }, 'day').reduce((sum, { alerts }) => sum + alerts, 0),
  suppressed: state.suppressedCounts({ detection, ...days }),
});

/** Keeps nothing; `outcomes` are what would have been recorded. */
export function previewLedger(outcomes: RunOutcome[]): Ledger {
  let [version, generation] = [0, 0];
  return {
    nextVersion: () => ++version,
    nextGeneration: () => ++generation,
    keepModel: async (saved, run) => idOf('preview', JSON.stringify(manifestOf(saved, run.seed))),
    runByKey: () => null,
    queuedOn: () => new Map(),
    alertedOn: () => new Set(),
    recentAlerts: () => ({ alerts: 0, suppressed: [] }),
    commit(outcome) {
      outcomes.push(outcome);
      return { ...outcome.run, number: outcomes.length };
    },
  };
}
