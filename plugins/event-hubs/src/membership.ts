import { setTimeout } from 'node:timers/promises';
import { join, type Access, type Member } from './client.ts';
import { failureOf, isDefect, isPassing } from './failure.ts';

/** How long to go on without getting anywhere, milliseconds. */
export interface Patience {
  /** Before the brokers have answered. */
  readonly firstMs: number;
  /** After they have. */
  readonly againMs: number;
}

const patience: Patience = { firstMs: 10_000, againMs: 60_000 };
const pauseMs = { first: 250, most: 4000 };

/**
 * Does something as a member of the group, and again from where it stopped when the membership or the connection is lost. `use` says with `moved`
 * that it got somewhere. Membership ends with it: between reading and committing the group does not depend on whether this process has time for heartbeats.
 */
export async function asMember<T>(access: Access, signal: AbortSignal, use: (member: Member, moved: () => number) => Promise<T>, { firstMs, againMs }: Patience = patience): Promise<T> {
  let [end, pause, hasJoined] = [performance.now() + firstMs, pauseMs.first, false];
  const moved = (): number => {
    const now = performance.now();
    [end, pause, hasJoined] = [now + againMs, pauseMs.first, true];
    return now;
  };
  for (;;) {
    try {
      await using member = await join(access, signal);
      if (!hasJoined) moved();
      return await use(member, moved);
    } catch (thrown) {
      signal.throwIfAborted();
      if (isDefect(thrown)) throw thrown;
      const failure = failureOf(thrown, access);
      // Right after a broker's restart its topics may be missing for a moment.
      const mayPass = isPassing(failure) || (hasJoined && failure.code === 'RESOURCE_UNKNOWN');
      if (!mayPass || performance.now() + pause > end) throw failure;
      await setTimeout(pause, undefined, { signal });
      pause = Math.min(pause * 2, pauseMs.most);
    }
  }
}
