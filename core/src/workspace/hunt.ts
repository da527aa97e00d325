import { ByomlError } from '../contracts/errors.ts';
import { alertKql, resultsKql, type HuntedAlert, type HuntedEvents } from '../hunting/index.ts';
import type { AlertRecord } from '../state/index.ts';
import type { Plan } from './plan.ts';

const dayMs = 86_400_000;

/** The raw events of a detection; undefined where no view says how a table of Sentinel names them. */
export function eventsIn({ view }: Plan): HuntedEvents | undefined {
  const operators = view?.definition.hunting?.(view.settings);
  return view && operators !== undefined ? { table: view.definition.table, operators } : undefined;
}

/** Throws USAGE_INVALID where no view stands between the detection and a table of Sentinel. */
function eventsOf(plan: Plan): HuntedEvents {
  const { view, detection } = plan;
  const events = eventsIn(plan);
  if (events) return events;
  const why = view ? `its view ${view.address ?? 'in the detection file'} does not say how a table of Sentinel names accounts and resources` : 'it reads its rows as they are, without a view';
  throw new ByomlError('USAGE_INVALID', `${detection.name} has no hunting query: ${why}`, { details: { detection: detection.name, view: view?.address ?? null } });
}

/** The span of an alert's accesses; its day where the data does not tell. */
const huntedAlert = ({ scope, user, resource, sourceHosts, day, firstSeen, lastSeen }: AlertRecord): HuntedAlert => ({
  scope, user, resource, sourceHosts, from: firstSeen ?? day * dayMs, to: lastSeen ?? (day + 1) * dayMs - 1,
});

export const huntAlert = (plan: Plan, alert: AlertRecord, aroundMs: number): string => alertKql({ events: eventsOf(plan), alert: huntedAlert(alert), aroundMs });

export interface HuntedResults {
  /** The table that a sink writes results to. */
  readonly table: string;
  readonly lookBackMs: number;
  readonly aroundMs: number;
}

export const huntResults = (plan: Plan, { table, lookBackMs, aroundMs }: HuntedResults): string => resultsKql({ events: eventsOf(plan), results: table, detection: plan.detection.name, lookBackMs, aroundMs });
