import type { Run } from '@byoml/core';
import type { Access, Member } from './client.ts';
import { asMember, type Patience } from './membership.ts';
import type { Spool } from './spool.ts';

/** Tells the group how far the spool reaches. Does not ask anybody when it was told before. */
export async function settle(spool: Spool, access: Access, run: Run, patience?: Patience): Promise<void> {
  const { next, committed } = spool.ledger;
  const untold = [...next].filter(([partition, offset]) => committed.get(partition) !== offset);
  if (untold.length === 0) return;
  const told = await asMember({ ...access, isBrief: true }, run.signal, (member) => commitAs(member, new Map(untold)), patience);
  await spool.record({ committed: new Map([...committed, ...told]) });
}

/**
 * Commits for the partitions that this member has; others are their members' business, and so are those that others have read further.
 * A commit for a partition that is lost in between is refused by the broker: the membership has no heartbeats, so it does not change into the next one.
 */
async function commitAs(member: Member, untold: ReadonlyMap<number, bigint>): Promise<Map<number, bigint>> {
  const own = member.assigned().filter((partition) => untold.has(partition));
  const [held, ends] = await Promise.all([member.committed(own), member.ends()]);
  const offsets = new Map<number, bigint>();
  for (const partition of own) {
    const [offset, before] = [untold.get(partition) as bigint, held.get(partition) ?? -1n];
    // What lies beyond the end is of a topic that is no more.
    if (offset > before || before > (ends[partition] ?? 0n)) offsets.set(partition, offset);
  }
  if (offsets.size > 0) await member.commit(offsets);
  return new Map(own.map((partition) => [partition, untold.get(partition) as bigint]));
}
