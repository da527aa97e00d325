import type { ChosenAlgorithm } from '../ad-hoc/algorithm.ts';
import type { Calibration } from '../detection/calibrate/calibration.ts';
import type { WindowDay } from '../detection/daily/calibration-window.ts';
import type { Learned } from '../detection/daily/learner.ts';
import type { Hidden } from './hidden-pairs.ts';
import type { DetectionState, GuardRecord, ModelRecord } from '../state/index.ts';

/** A pair that an open incident holds. */
export interface OpenPair {
  readonly incident: string;
  readonly day: number;
}

/** What scoring a day starts from. Never changed in place: each step gives the next one. */
export interface Memory {
  /** The algorithm of the model, with the settings it was made with, whatever the detection file says today. */
  readonly chosen: ChosenAlgorithm;
  readonly state: DetectionState;
  readonly record: ModelRecord;
  readonly learned: Learned;
  /** The working days of the rolling window, ascending, at most 20. */
  readonly window: readonly WindowDay[];
  /** Used while the window holds nothing: made when the model was trained, without time. */
  readonly provisional: Calibration | null;
  /** `keyOf(scope, user, resource)` → what keeps the pair out of the graph. */
  readonly guards: ReadonlyMap<string, GuardRecord>;
  /** Pairs and days that suppressions hid: they are never learned, so that the next one after the expiry alerts. */
  readonly hidden: Hidden;
  readonly open: ReadonlyMap<string, OpenPair>;
  /** `keyOf(scope, user, host)` → first UTC day. */
  readonly hosts: ReadonlyMap<string, number>;
  /** `keyOf(scope, user)` */
  readonly scanners: ReadonlySet<string>;
}
