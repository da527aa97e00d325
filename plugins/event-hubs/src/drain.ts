import { setTimeout } from 'node:timers/promises';
import { ByomlError, type Logger, type Run } from '@byoml/core';
import type { Access, Fetched, Member } from './client.ts';
import { intake, type Intake } from './intake.ts';
import { asMember, type Patience } from './membership.ts';
import type { Spool } from './spool.ts';
import { startOf } from './starts.ts';
import { settled } from './stoppable.ts';

/** What a drain works with. */
export interface Draining {
  readonly spool: Spool;
  readonly access: Access;
  readonly idleMs: number;
  readonly maxBytes: number;
  readonly keepMs: number;
  readonly now: Date;
  readonly logger: Logger;
  readonly run: Run;
  readonly patience?: Patience;
}

/** Offsets of one drain. Those of the spool's ledger follow when its files are on the disk. */
interface Positions {
  /** Where the records that were fetched end. */
  readonly fetched: Map<number, bigint>;
  /** Where those end that were given to the spool. */
  readonly taken: Map<number, bigint>;
  /** Where each partition ended when the drain first saw it. */
  readonly ends: Map<number, bigint>;
}

/** Bytes after which what was read is made to count, so that a long drain that is stopped goes on there. */
const recordEvery = 256 * 2 ** 20;
/** How long a partition that has more may answer with nothing, milliseconds. */
const stuckMs = 60_000;

/** Takes what the topic has now, of the partitions that the group gives to this member. What was read before a failure stays read. */
export async function drain(draining: Draining): Promise<void> {
  const { spool, access, run } = draining;
  const positions: Positions = { fetched: new Map(), taken: new Map(spool.ledger.next), ends: new Map() };
  const taking = intake(draining);
  try {
    await asMember(access, run.signal, (member, moved) => drainAs(member, { draining, positions, taking, moved }), draining.patience);
  } catch (thrown) {
    if (!run.signal.aborted) await spool.record({ next: positions.taken });
    throw thrown;
  } finally {
    taking.report();
  }
  await spool.record({ next: positions.taken });
}

interface Turn {
  readonly draining: Draining;
  readonly positions: Positions;
  readonly taking: Intake;
  /** Says that the drain got somewhere; answers when. */
  readonly moved: () => number;
}

async function drainAs(member: Member, turn: Turn): Promise<void> {
  const { draining: { run, idleMs, spool, access }, positions, taking, moved } = turn;
  await forgetOtherTopic(member, turn);
  const begun = new Set<number>();
  let pending = await fetchOpen(member, begun, turn);
  let since = performance.now();
  while (pending) {
    const fetched = await pending.answer;
    taking.arrived(fetched);
    if (advance(positions.fetched, fetched)) since = moved();
    else if (performance.now() - since > stuckMs) throw new ByomlError('SERVICE_UNAVAILABLE', `${access.topic}: nothing comes although there is more`);
    // The broker works on the next part while this one is cut.
    pending = await fetchOpen(member, begun, turn);
    if (pending) void settled(pending.answer);
    await takeAll(fetched, turn);
    run.progress({ done: taking.records(), unit: 'records' });
    pending ??= idleMs > 0 && (await hasMore(member, begun, turn)) ? await fetchOpen(member, begun, turn) : undefined;
  }
  await spool.flush();
}

/** A topic that was made anew under its name counts from 0 again: what is known of the old one says nothing about it. */
async function forgetOtherTopic({ topicId }: Member, { draining: { spool, logger, access }, positions }: Turn): Promise<void> {
  const { topicId: known } = spool.ledger;
  if (known === topicId) return;
  if (known !== null) {
    logger.warn(`${access.topic} was made anew since it was read last; records that were not read before are gone, how many cannot be told. Going on at its first record`, { topic: access.topic });
    for (const map of [positions.fetched, positions.taken, positions.ends]) map.clear();
  }
  await spool.record({ topicId, next: positions.taken, ...(known === null ? {} : { committed: new Map() }) });
}

/** Asks for what is still missing of this member's partitions; undefined when nothing is, or the run has enough. */
async function fetchOpen(member: Member, begun: Set<number>, { draining, positions, taking }: Turn): Promise<{ readonly answer: Promise<Fetched[]> } | undefined> {
  const { run, maxBytes, logger, access } = draining;
  run.signal.throwIfAborted();
  const assigned = new Set(member.assigned());
  // A partition that was lost may have been read by others when it comes back.
  for (const partition of begun) if (!assigned.has(partition)) begun.delete(partition);
  const fresh = [...assigned].filter((partition) => !begun.has(partition));
  if (fresh.length > 0) await begin(member, fresh, { draining, positions });
  for (const partition of fresh) begun.add(partition);
  const open = new Map([...begun].flatMap((partition) => {
    const [from, end] = [positions.fetched.get(partition) ?? 0n, positions.ends.get(partition) ?? 0n];
    return from < end ? [[partition, from] as const] : [];
  }));
  if (open.size === 0) return undefined;
  if (taking.bytes() < maxBytes) return { answer: member.fetch(open) };
  logger.warn(`${access.topic}: ${maxBytes} bytes were read, which is as many as a run may; the next run goes on there`, { topic: access.topic, maxBytes });
  return undefined;
}

async function begin(member: Member, partitions: readonly number[], { draining: { access, logger }, positions }: Pick<Turn, 'draining' | 'positions'>): Promise<void> {
  const [committed, begins, ends] = await Promise.all([member.committed(partitions), member.begins(), member.ends()]);
  for (const partition of partitions) {
    const end = ends[partition] ?? 0n;
    const start = startOf({ topic: access.topic, partition, spooled: positions.taken.get(partition), committed: committed.get(partition), begin: begins[partition] ?? 0n, end }, logger);
    positions.fetched.set(partition, start);
    positions.taken.set(partition, start);
    if (!positions.ends.has(partition)) positions.ends.set(partition, end);
  }
}

/** Whether any offset is further than it was. */
function advance(offsets: Map<number, bigint>, fetched: readonly Fetched[]): boolean {
  const further = fetched.filter(({ partition, next }) => next > (offsets.get(partition) ?? -1n));
  for (const { partition, next } of further) offsets.set(partition, next);
  return further.length > 0;
}

async function takeAll(fetched: readonly Fetched[], { draining: { spool, run }, positions, taking }: Turn): Promise<void> {
  for (const { partition, messages } of fetched) {
    for (const message of messages) {
      taking.take(partition, message);
      if (!spool.isFull) continue;
      run.signal.throwIfAborted();
      await spool.flush();
    }
  }
  advance(positions.taken, fetched);
  if (taking.bytes() < taking.nextRecord()) return;
  taking.nextRecord(taking.bytes() + recordEvery);
  await spool.record({ next: positions.taken });
}

/** Whether more came within the time that a run waits for it. */
async function hasMore(member: Member, begun: ReadonlySet<number>, { draining: { idleMs, run }, positions, moved }: Turn): Promise<boolean> {
  const until = performance.now() + idleMs;
  for (;;) {
    const ends = await member.ends();
    const grown = [...begun].filter((partition) => (ends[partition] ?? 0n) > (positions.fetched.get(partition) ?? 0n));
    for (const partition of grown) positions.ends.set(partition, ends[partition] as bigint);
    const left = until - performance.now();
    if (grown.length > 0 || left <= 0) return grown.length > 0;
    moved();
    await setTimeout(Math.min(left, 250), undefined, { signal: run.signal });
  }
}

