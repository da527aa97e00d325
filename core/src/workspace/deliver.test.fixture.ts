import type { Session } from '../ad-hoc/session.ts';
import type { Batches } from '../contracts/columns.ts';
import type { Sink } from '../contracts/sink.ts';
import type { State } from '../state/index.ts';
import type { deliver } from './deliver.ts';
import type { Plan } from './plan.ts';

export const detection = 'share-access';
export const addressOf = (position: number): string => `siem/sink-${position}`;

interface Given {
  readonly state: State;
  readonly sinks: ReadonlyArray<Sink | (() => Sink)>;
  readonly signal?: AbortSignal;
  readonly warn?: (message: string) => void;
}

/** What a delivery works with: a detection with these sinks, without an engine. */
export function delivering({ state, sinks, signal = new AbortController().signal, warn = () => {} }: Given): Parameters<typeof deliver>[0] {
  const session = { release: async () => {}, engine: async () => ({}), options: { log: { info: () => {}, warn } } } as unknown as Session;
  const planned = sinks.map((sink, position) => ({ address: addressOf(position), create: () => (typeof sink === 'function' ? sink() : sink) }));
  const plan = { detection: { name: detection, engine: 'none' }, sinks: planned } as unknown as Plan;
  return { session, plan, state, clock: { now: () => new Date('2026-01-01T00:00:00Z') }, run: { id: 'called', seed: 1, signal, progress: () => {} } };
}

/** Whether a destination of the kill tests will not take a row; every third or so, always the same ones. */
export const refuses = (key: string): boolean => Buffer.from(key).reduce((sum, byte) => sum + byte, 0) % 3 === 0;

/** Record and revision of each row, in order. */
export async function keysOf(data: Batches): Promise<string[]> {
  const keys: string[] = [];
  for await (const { length, columns } of data) {
    const { recordId, revision } = columns as Record<string, { at(row: number): unknown }>;
    for (let row = 0; row < length; row++) keys.push(`${String(recordId?.at(row))} ${String(revision?.at(row))}`);
  }
  return keys;
}
