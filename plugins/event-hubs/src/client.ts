import { Consumer, type ClusterMetadata } from '@platformatic/kafka';
import { settled, stoppable } from './stoppable.ts';
import type { BrokerAddress } from './address.ts';

/** How to reach the brokers, and as whom. */
export interface Access {
  readonly brokers: readonly BrokerAddress[];
  readonly topic: string;
  readonly group: string;
  readonly connectionString?: string;
  /** Encrypts; `ca` is PEM. */
  readonly tls?: { readonly ca?: Buffer };
  /** How long the group waits for a member that went silent, milliseconds. */
  readonly sessionMs: number;
  /** Whether the membership is for one short thing: it then never changes into another one on the way. */
  readonly isBrief?: boolean;
}

export interface Message {
  readonly offset: bigint;
  /** When the broker took it, milliseconds since 1970. */
  readonly time: number;
  readonly value: Buffer | null;
}

/** What was fetched of a partition. */
export interface Fetched {
  readonly partition: number;
  readonly messages: readonly Message[];
  /** Offset to go on at. */
  readonly next: bigint;
}

/** A member of the consumer group. Every call ends when the run is stopped, and throws what the client threw. */
export interface Member extends AsyncDisposable {
  /** Tells the topic from a later one of that name, where the broker has such a thing. */
  readonly topicId: string;
  /** Partitions that the group has given to this member; changes while others come and go. */
  assigned(): readonly number[];
  /** What the group was told; partitions without are absent. */
  committed(partitions: readonly number[]): Promise<Map<number, bigint>>;
  /** Offset of the first record that is there, of each partition. */
  begins(): Promise<readonly bigint[]>;
  /** Offset of the record that comes next, of each partition. */
  ends(): Promise<readonly bigint[]>;
  /** Some records of each partition, from these offsets on. */
  fetch(from: ReadonlyMap<number, bigint>): Promise<Fetched[]>;
  commit(next: ReadonlyMap<number, bigint>): Promise<void>;
}

const requestMs = 30_000;
const connectMs = 10_000;
/** How long the group waits for members to come back when one is added. */
const rebalanceMs = 20_000;
const waitMs = 500;
const partitionBytes = 4 * 2 ** 20;
const fetchBytes = 32 * 2 ** 20;
const leaveMs = 2000;
const [earliest, latest] = [-2n, -1n];

/** Joins the group and stays in it until disposed. Nothing is tried twice here: whoever calls knows how long to go on. */
export async function join({ brokers, topic, group, connectionString, tls, sessionMs, isBrief = false }: Access, signal: AbortSignal): Promise<Member> {
  signal.throwIfAborted();
  const consumer = new Consumer({
    clientId: 'byoml',
    groupId: group,
    bootstrapBrokers: brokers.map(({ host, port }) => ({ host, port })),
    autocommit: false,
    retries: 0,
    connectTimeout: connectMs,
    requestTimeout: requestMs,
    timeout: requestMs,
    sessionTimeout: sessionMs,
    rebalanceTimeout: rebalanceMs,
    // A heartbeat that hears of a change joins anew by itself.
    heartbeatInterval: isBrief ? sessionMs - 1 : Math.min(3000, Math.floor(sessionMs / 3)),
    ...(tls ? { tls: tls.ca ? { ca: tls.ca } : {} } : {}),
    ...(connectionString === undefined ? {} : { sasl: { mechanism: 'PLAIN', username: '$ConnectionString', password: connectionString } }),
  });
  // A membership that ended behind our back: the next call says so.
  let lost: Error | undefined;
  consumer.on('error', (error: Error) => (lost ??= error));
  const call = <T>(promise: Promise<T>): Promise<T> => {
    if (lost) return settled(promise).then(() => Promise.reject(lost as Error));
    return stoppable(promise, signal);
  };
  const close = async (): Promise<void> => {
    await stoppable(settled(consumer.close(true)), AbortSignal.any([signal, AbortSignal.timeout(leaveMs)])).catch(() => undefined);
  };
  try {
    consumer.topics.track(topic);
    // Asked first, since a group is joined for topics that do not exist, too.
    const topicId = (await call(consumer.metadata({ topics: [topic] }))).topics.get(topic)?.id ?? '';
    await call(consumer.joinGroup({}));
    return memberOf(consumer, { topic, topicId, call, close });
  } catch (error) {
    await close();
    throw error;
  }
}

interface Joined {
  readonly topic: string;
  readonly topicId: string;
  readonly call: <T>(promise: Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

function memberOf(consumer: Consumer, { topic, topicId, call, close }: Joined): Member {
  const offsets = async (timestamp: bigint): Promise<readonly bigint[]> => (await call(consumer.listOffsets({ topics: [topic], timestamp }))).get(topic) ?? [];
  return {
    topicId,
    assigned: () => consumer.assignments?.find((assignment) => assignment.topic === topic)?.partitions ?? [],
    async committed(partitions) {
      if (partitions.length === 0) return new Map();
      const found = (await call(consumer.listCommittedOffsets({ topics: [{ topic, partitions: [...partitions] }] }))).get(topic) ?? [];
      return new Map(partitions.flatMap((partition) => ((found[partition] ?? -1n) >= 0n ? [[partition, found[partition] as bigint] as const] : [])));
    },
    begins: () => offsets(earliest),
    ends: () => offsets(latest),
    async fetch(from) {
      const metadata = await call(consumer.metadata({ topics: [topic] }));
      const answers = await Promise.all([...byLeader(metadata, topic, from)].map(([node, own]) => call(consumer.fetch({ node, maxWaitTime: waitMs, maxBytes: fetchBytes, topics: [{ topicId: metadata.topics.get(topic)?.id ?? topicId, partitions: own.map(partitionRequest) }] }))));
      return answers.flatMap((answer) => fetchedOf(answer, from));
    },
    commit: (next) => call(consumer.commit({ offsets: [...next].map(([partition, offset]) => ({ topic, partition, offset, leaderEpoch: -1 })) })),
    [Symbol.asyncDispose]: close,
  };
}

const partitionRequest = ([partition, fetchOffset]: readonly [number, bigint]) => ({ partition, fetchOffset, currentLeaderEpoch: -1, lastFetchedEpoch: -1, partitionMaxBytes: partitionBytes });

function byLeader({ topics }: ClusterMetadata, topic: string, from: ReadonlyMap<number, bigint>): Map<number, Array<readonly [number, bigint]>> {
  return Map.groupBy(from, ([partition]) => topics.get(topic)?.partitions[partition]?.leader ?? -1);
}

type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;

const controlBatch = 1 << 5;

function fetchedOf({ responses }: FetchResponse, from: ReadonlyMap<number, bigint>): Fetched[] {
  return responses.flatMap(({ partitions }) => partitions).map(({ partitionIndex: partition, records: batches }) => {
    const start = from.get(partition) ?? 0n;
    const messages: Message[] = [];
    let next = start;
    for (const { attributes, firstOffset, lastOffsetDelta, firstTimestamp, records } of batches ?? []) {
      const end = firstOffset + BigInt(lastOffsetDelta) + 1n;
      if (end > next) next = end;
      if (attributes & controlBatch) continue;
      for (const { offsetDelta, timestampDelta, value } of records) {
        const offset = firstOffset + BigInt(offsetDelta);
        // A batch is answered whole although the start may lie inside it.
        if (offset >= start) messages.push({ offset, time: Number(firstTimestamp + timestampDelta), value });
      }
    }
    return { partition, messages, next };
  });
}
