import { Flags } from '@oclif/core';
import { ByomlError, type Clock } from '@byoml/core';
import type { Session } from '@byoml/core/ad-hoc';
import { State } from '@byoml/core/state';
import { openWorkspace, planDetection, type Plan, type Workspace } from '@byoml/core/workspace';
import type { Opening } from './command.ts';
import { openSession } from './session.ts';

export const now = Flags.string({ helpValue: 'TIME', description: 'Go by this time instead of the clock (ISO 8601), for exports of the past.' });

export { workspace } from './command.ts';

interface Wanted extends Opening {
  readonly workspace: string;
  readonly detection: string;
  readonly now?: string | undefined;
  readonly seed?: number;
  /** Whether nothing is written: other processes may work at the same time. */
  readonly readOnly?: boolean;
}

/** A planned detection with what it runs on. */
export interface Detecting extends AsyncDisposable {
  readonly session: Session;
  readonly workspace: Workspace;
  readonly plan: Plan;
  readonly state: State;
  readonly clock: Clock;
}

export async function openDetecting(wanted: Wanted): Promise<Detecting> {
  const clock = clockOf(wanted.now);
  const opened = await openWorkspace(wanted.workspace);
  await using stack = new AsyncDisposableStack();
  const session = stack.use(await openSession({ ...wanted, workspace: opened.folder }));
  const plan = await planDetection(session, opened, wanted.detection);
  const state = stack.use(State.open(opened.folder, { readOnly: wanted.readOnly ?? false }));
  const owned = stack.move();
  return { session, workspace: opened, plan, state, clock, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

export function clockOf(text: string | undefined): Clock {
  if (text === undefined) return { now: () => new Date() };
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new ByomlError('USAGE_INVALID', `--now ${text}: expected an ISO 8601 time such as 2026-11-24T12:00:00Z`, { details: { now: text } });
  return { now: () => at };
}

/** The state of a workspace to read from, beside whatever is working in it. */
export async function readState(folder: string): Promise<{ readonly workspace: Workspace; readonly state: State }> {
  const opened = await openWorkspace(folder);
  return { workspace: opened, state: State.open(opened.folder, { readOnly: true }) };
}

const dayMs = 86_400_000;

/** A UTC day of a flag, as days since 1970. */
export function dayOf(flag: string, text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}$/u.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at)) throw new ByomlError('USAGE_INVALID', `--${flag} ${text}: expected a day such as 2026-11-24`, { details: { [flag]: text } });
  return at / dayMs;
}

export const isoDay = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);
