import { corrected } from '../detection/budget/correction.ts';
import { candidatesIn, windowDay, windowDays, type WindowDay } from '../detection/daily/calibration-window.ts';
import { guardDays } from '../detection/daily/guards.ts';
import { keyOf, type History } from '../detection/daily/history.ts';
import { lineBudget } from '../detection/daily/queue.ts';
import { isQuiet } from '../detection/daily/quiet.ts';
import type { DetectionState, GuardRecord, HostSighting, SuppressedRecord } from '../state/index.ts';
import type { Memory, OpenPair } from './memory.ts';
import type { DayScore } from './score-day.ts';
import { hiddenWith } from './hidden-pairs.ts';

export interface Closed {
  readonly memory: Memory;
  /** What the window gained; null on a day that does not count. */
  readonly added: WindowDay | null;
  readonly hosts: readonly HostSighting[];
}

interface Closing {
  readonly history: History;
  readonly memory: Memory;
  readonly score: DayScore;
  readonly perDay: number;
  readonly isWorkday: boolean;
  readonly guards: readonly GuardRecord[];
  readonly suppressed: readonly SuppressedRecord[];
  /** `keyOf(scope, user, resource)` of alerted pairs → their incident. */
  readonly alerted: ReadonlyMap<string, string>;
}

/** The state after a whole day was scored: the window rolls on, the corrections follow, alerted pairs are guarded. */
export function closeDay({ history, memory, score, perDay, isWorkday, guards, suppressed, alerted }: Closing): Closed {
  const { day, candidates, drafts } = score;
  const counts = isWorkday && !isQuiet(candidates.rows.length, memory.window.map(candidatesIn));
  const added = counts ? windowDay(history, candidates, Float64Array.from(drafts, (draft) => draft.score)) : null;
  const { hosts, sightings } = sightingsOn(history, day, memory.hosts);
  return {
    added,
    hosts: sightings,
    memory: {
      ...memory,
      state: { ...stateAfter(memory.state, score, perDay, counts && memory.window.length > 0), closedThrough: day },
      window: added ? [...memory.window, added].slice(-windowDays) : memory.window,
      guards: guardsAfter(memory.guards, guards, day),
      hidden: hiddenWith(memory.hidden, suppressed),
      open: openAfter(memory.open, alerted, day),
      hosts,
    },
  };
}

function stateAfter(state: DetectionState, { exceeds, drafts, line }: DayScore, perDay: number, counts: boolean): DetectionState {
  if (!counts) return state;
  const rows = exceeds.reduce((sum, one) => sum + one, 0);
  const above = drafts.filter(({ score }) => score >= line).length;
  return { ...state, rowCorrection: corrected(state.rowCorrection, perDay, rows), queueCorrection: corrected(state.queueCorrection, lineBudget(perDay), above) };
}

function guardsAfter(held: Memory['guards'], fresh: readonly GuardRecord[], day: number): Memory['guards'] {
  const left = [...held].filter(([, { until }]) => until > day + 1);
  return new Map([...left, ...fresh.map((guard) => [keyOf(guard.scope, guard.user, guard.resource), guard] as const)]);
}

function openAfter(held: Memory['open'], alerted: Closing['alerted'], day: number): ReadonlyMap<string, OpenPair> {
  const left = [...held].filter(([, open]) => open.day + guardDays > day + 1);
  return new Map([...left, ...[...alerted].map(([pair, incident]) => [pair, { incident, day }] as const)]);
}

function sightingsOn(history: History, day: number, known: Memory['hosts']): { hosts: Memory['hosts']; sightings: HostSighting[] } {
  const sightings: HostSighting[] = [];
  const hosts = new Map(known);
  for (const row of history.index.on(day)) {
    const [scope, user] = [history.scope(row), history.user(row)];
    for (const host of history.hosts(row)) {
      const key = keyOf(scope, user, host);
      if (hosts.has(key)) continue;
      hosts.set(key, day);
      sightings.push({ scope, user, host, firstDay: day });
    }
  }
  return { hosts, sightings };
}
