import type { Run } from '../contracts/run.ts';
import type { Clock } from '../contracts/services.ts';
import type { Session } from '../ad-hoc/session.ts';
import type { State } from '../state/index.ts';
import type { Scored } from './day-run.ts';
import type { Plan } from './plan.ts';

export interface RunRequest {
  readonly session: Session;
  readonly plan: Plan;
  readonly state: State;
  readonly clock: Clock;
  readonly run: Run;
  /** Whether it trains when that is due; true when absent. */
  readonly trains?: boolean;
  /** Called when a day was recorded. */
  readonly onDay?: ((scored: Scored) => void) | undefined;
}
