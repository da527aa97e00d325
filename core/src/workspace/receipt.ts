import { z } from 'zod';
import { ByomlError } from '../contracts/errors.ts';
import type { Receipt, Refusal } from '../contracts/sink.ts';
import type { OutboxRecord, State } from '../state/index.ts';

/** A destination may answer with a page where a sentence is asked for. */
const longest = 500;
const refusal = z.object({ code: z.string().transform((code) => code.slice(0, longest)), message: z.string().transform((message) => message.slice(0, longest)) });

/** The receipt of one call of a sink. What it names is stored before the sink goes on, so a stop resumes with the rows that it has not named. */
export interface KeptReceipt {
  readonly receipt: Receipt;
  readonly counts: { readonly accepted: number; readonly refused: number };
  /** Once the call has ended: what the sink says later is not heard, and its rows are given again. */
  close(): void;
  /** Counts the rows that it did not name as accepted. Throws the fault where there is one. */
  acceptRest(): void;
  /** What was wrong with what the sink said, or could not be stored; undefined where nothing was. */
  readonly fault: unknown;
}

/** `address` is the sink's; `now` gives the time of the clock. */
export function keepReceipt(address: string, rows: readonly OutboxRecord[], state: Pick<State, 'acknowledge' | 'refuse'>, now: () => Date): KeptReceipt {
  const left = new Map(rows.map(({ id }, row) => [row, id]));
  const counts = { accepted: 0, refused: 0 };
  let open = true;
  let fault: unknown;

  const take = (named: readonly number[], store: (ids: readonly number[]) => void): number => {
    if (!open) return 0;
    if (fault !== undefined) throw fault;
    try {
      const ids = idsOf(address, named, left, rows.length);
      if (ids.length > 0) store(ids);
      for (const row of named) left.delete(row);
      return ids.length;
    } catch (thrown) {
      fault = thrown;
      throw thrown;
    }
  };
  const accepted = (named: readonly number[]): void => void (counts.accepted += take(named, (ids) => state.acknowledge(ids)));

  return {
    counts,
    receipt: {
      accepted,
      refused: (named, why) => void (counts.refused += take(named, (ids) => state.refuse(ids, reasonOf(address, why), now().toISOString()))),
    },
    close: () => void (open = false),
    acceptRest: () => accepted([...left.keys()]),
    get fault() {
      return fault;
    },
  };
}

/** The ids of the rows named; all of them fit, or none is taken. */
function idsOf(address: string, named: readonly number[], left: ReadonlyMap<number, number>, rows: number): number[] {
  if (!Array.isArray(named)) throw misnamed(address, 'is given something that is no list of rows', undefined);
  const seen = new Set<number>();
  return named.map((row: number) => {
    const id = left.get(row);
    if (id === undefined || seen.has(row)) throw misnamed(address, Number.isInteger(row) && row >= 0 && row < rows ? `names row ${row} twice` : `names row ${String(row)}, but it was given ${rows} rows, counted from 0`, row);
    seen.add(row);
    return id;
  });
}

const misnamed = (address: string, what: string, row: number | undefined): ByomlError => new ByomlError('ROWS_MISALIGNED', `${address}: its receipt ${what}`, { details: { component: address, row } });

function reasonOf(address: string, why: Refusal): Refusal {
  const parsed = refusal.safeParse(why);
  if (parsed.success) return parsed.data;
  throw new ByomlError('COMPONENT_FAILED', `${address}: it refuses rows without a code and a message: ${z.prettifyError(parsed.error)}`, { cause: parsed.error, details: { component: address } });
}
