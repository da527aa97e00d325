import { batch, type Batches } from '../contracts/columns.ts';
import type { Run } from '../contracts/run.ts';
import type { Sink } from '../contracts/sink.ts';
import type { Session } from '../ad-hoc/session.ts';
import { guarded } from '../detection/guard.ts';
import type { OutboxRecord, State } from '../state/index.ts';
import type { Plan } from './plan.ts';
import { resultOfPayload } from '../results/result-of-alert.ts';
import { resultColumns, type ResultRow } from '../results/result-row.ts';

const atOnce = 10_000;

/** Writes after which the engine is let go of: it holds all that it was ever given. */
const writesPerEngine = 16;

/** Gives the sinks what they have not had, run by run; each run's rows are acknowledged once the sink has taken them, so a stop resumes there. */
export async function deliver(session: Session, plan: Plan, state: State, run: Run): Promise<number> {
  let delivered = 0;
  for (let writes = 0, sinks: OpenSink[] = []; ; writes++) {
    const waiting = state.outbox(plan.detection.name, atOnce);
    const [first] = waiting;
    if (!first) return delivered;
    run.signal.throwIfAborted();
    if (writes % writesPerEngine === 0) sinks = await openSinks(session, plan);
    const together = waiting.filter(({ sink, run: number }) => sink === first.sink && number === first.run);
    const to = sinks[first.sink];
    if (to?.address === first.address) {
      await guarded(to.address, undefined, (inner) => to.sink.write(rowsOf(together) as never, { ...inner, id: `${plan.detection.name}-${first.run}-${first.id}` }), run);
      delivered += together.length;
    } else session.options.log.warn(`${plan.detection.name}: ${together.length} results of run ${first.run} were for a sink that the detection no longer has: ${first.address}`);
    state.acknowledge(together.map(({ id }) => id));
  }
}

interface OpenSink {
  readonly address: string;
  readonly sink: Sink;
}

async function openSinks(session: Session, { sinks, detection }: Plan): Promise<OpenSink[]> {
  await session.release();
  const engine = await session.engine(detection.engine);
  return sinks.map((planned) => ({ address: planned.address, sink: planned.create(engine) }));
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
