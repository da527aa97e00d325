import { batch, type Batches } from '../contracts/columns.ts';
import { isByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import type { Sink } from '../contracts/sink.ts';
import type { Session } from '../ad-hoc/session.ts';
import { guarded } from '../detection/guard.ts';
import type { OutboxRecord } from '../state/index.ts';
import type { Plan, PlannedSink } from './plan.ts';
import { keepReceipt } from './receipt.ts';
import { resultOfPayload } from '../results/result-of-alert.ts';
import { resultColumns, type ResultRow } from '../results/result-row.ts';
import type { RunRequest } from './run-request.ts';

const atOnce = 10_000;

/** Writes after which the engine is let go of: it holds all that it was ever given. */
const writesPerEngine = 16;

/** What became of the rows that waited for the sinks of a detection. */
export interface Delivery {
  readonly delivered: number;
  /** Set aside as dead letters. */
  readonly refused: number;
  /** One for each sink that could not take its rows: they wait for the next delivery. */
  readonly failures: readonly unknown[];
}

type Delivering = Pick<RunRequest, 'session' | 'plan' | 'state' | 'clock' | 'run'>;

/** Counts of one delivery, over all its sinks. */
interface Work {
  writes: number;
  delivered: number;
  refused: number;
}

/**
 * Gives each sink what it has not had, oldest first, run by run. A sink that fails keeps no other from being served. What a sink names in
 * its receipt is stored at once, so a stop resumes behind it. Throws when the run is stopped, and when the state cannot be written.
 */
export async function deliver(request: Delivering): Promise<Delivery> {
  const { plan, state, run } = request;
  const work: Work = { writes: 0, delivered: 0, refused: 0 };
  const failures: unknown[] = [];
  for (const position of state.outboxSinks(plan.detection.name)) {
    try {
      await serve(request, position, work);
    } catch (thrown) {
      if (run.signal.aborted || (isByomlError(thrown) && thrown.code === 'STATE_FAILED')) throw thrown;
      failures.push(thrown);
    }
  }
  return { delivered: work.delivered, refused: work.refused, failures };
}

async function serve({ session, plan, state, clock, run }: Delivering, position: number, work: Work): Promise<void> {
  const { name } = plan.detection;
  let sink: Sink | undefined;
  for (;;) {
    const waiting = state.outbox(name, atOnce, position);
    const [first] = waiting;
    if (!first) return;
    run.signal.throwIfAborted();
    const together = waiting.filter(({ run: number, address }) => number === first.run && address === first.address);
    const planned = plan.sinks[position];
    if (planned?.address !== first.address) {
      session.options.log.warn(`${name}: ${together.length} results of run ${first.run} were for a sink that the detection no longer has: ${first.address}`);
      state.acknowledge(together.map(({ id }) => id));
      continue;
    }
    if (work.writes++ % writesPerEngine === 0) {
      await session.release();
      sink = undefined;
    }
    sink ??= await opened(session, plan, planned, run);
    await give({ sink, rows: together, address: first.address, id: `${name}-${first.run}-${idOf(together)}` }, { state, clock, run }, work);
  }
}

async function opened(session: Session, { detection }: Plan, planned: PlannedSink, run: Run): Promise<Sink> {
  const engine = await session.engine(detection.engine);
  return guarded(planned.address, undefined, () => planned.create(engine), run);
}

/** Tells these rows from any others: a call that is made again gives the same rows, or, after some were named, has another id. */
function idOf(rows: readonly OutboxRecord[]): string {
  const [first, last] = [rows[0]?.id, rows.at(-1)?.id];
  return `${first}-${last}-${rows.length}`;
}

interface Giving {
  readonly sink: Sink;
  readonly rows: readonly OutboxRecord[];
  readonly address: string;
  /** Of the run that the sink sees. */
  readonly id: string;
}

async function give({ sink, rows, address, id }: Giving, { state, clock, run }: Pick<Delivering, 'state' | 'clock' | 'run'>, work: Work): Promise<void> {
  const kept = keepReceipt(address, rows, state, () => clock.now());
  try {
    await guarded(address, undefined, (inner) => sink.write(rowsOf(rows) as never, { ...inner, id }, kept.receipt), run);
    kept.acceptRest();
  } catch (thrown) {
    throw kept.fault ?? thrown;
  } finally {
    kept.close();
    work.delivered += kept.counts.accepted;
    work.refused += kept.counts.refused;
  }
}

/** One batch that can be iterated again. */
function rowsOf(records: readonly OutboxRecord[]): Batches {
  const rows = records.map(resultOfPayload);
  const columns = Object.fromEntries(Object.keys(resultColumns).map((name) => [name, rows.map((row) => row[name as keyof ResultRow])]));
  return {
    async *[Symbol.asyncIterator]() {
      yield batch(columns as never);
    },
  };
}
