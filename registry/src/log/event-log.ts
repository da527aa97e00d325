import { ByomlError } from '@byoml/core';
import { absent, type Storage } from '../storage/storage.ts';
import { decodeLines, encodeEvent, start, type Head } from './chain.ts';
import type { Event, LogEvent } from './event.ts';

const prefix = 'v1/log/';
/** Lines of one segment: what an append has to write again. */
const segmentLines = 100;

interface Segment {
  readonly index: number;
  readonly text: string;
  readonly lines: number;
  /** In the storage; `absent` before the first line. */
  readonly version: string;
}

const emptySegment = (index: number): Segment => ({ index, text: '', lines: 0, version: absent });
const keyOf = (index: number): string => `${prefix}${String(index).padStart(6, '0')}.jsonl`;

/** What an append needs besides its event. */
export interface Append {
  readonly time: string;
  /** Looks at the log as it is just before the event; throws to leave it out. May be asked more than once. */
  readonly guard: () => void;
  readonly signal: AbortSignal;
}

/** The append-only log: JSON lines in segments, each line with the sha256 of the line before. Safe for many writers: an append is a compare-and-swap. */
export class EventLog {
  readonly #storage: Storage;
  readonly #onEvent: (event: LogEvent) => void;
  #segment = emptySegment(1);
  #head = start;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(storage: Storage, onEvent: (event: LogEvent) => void) {
    this.#storage = storage;
    this.#onEvent = onEvent;
  }

  /** Reads and verifies the log; `onEvent` is told every event once, in order, also later ones. Throws TRUST_REFUSED. */
  static async open(storage: Storage, { onEvent, signal }: { readonly onEvent: (event: LogEvent) => void; readonly signal: AbortSignal }): Promise<EventLog> {
    const log = new EventLog(storage, onEvent);
    const segments = await Array.fromAsync(storage.list(prefix, signal));
    await log.refresh(signal);
    const unread = segments.find((key) => key > keyOf(log.#segment.index));
    if (unread !== undefined) throw new ByomlError('TRUST_REFUSED', `log ${unread}: a segment before it is missing or short`, { details: { where: unread } });
    return log;
  }

  get head(): Head {
    return this.#head;
  }

  /** Reads what other processes have appended. */
  refresh(signal: AbortSignal): Promise<void> {
    return this.#inTurn(() => this.#refresh(signal));
  }

  /** Survives a loss of power from the next flush of the storage on. Throws what `guard` throws; then nothing was appended. */
  append(event: Event, options: Append): Promise<LogEvent> {
    return this.#inTurn(() => this.#append(event, options));
  }

  async #append(event: Event, { time, guard, signal }: Append): Promise<LogEvent> {
    for (;;) {
      guard();
      const line = encodeEvent(event, this.#head, time);
      const segment = this.#segment.lines < segmentLines ? this.#segment : emptySegment(this.#segment.index + 1);
      const text = `${segment.text}${line}\n`;
      const version = await this.#storage.write(keyOf(segment.index), new TextEncoder().encode(text), { expected: segment.version, durable: 'whole', signal });
      if (version !== undefined) {
        this.#segment = segment;
        return this.#take(text, version) as LogEvent;
      }
      await this.#refresh(signal);
    }
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    for (;;) {
      const { index, version } = this.#segment;
      const stored = await this.#storage.read(keyOf(index), signal);
      if (!stored && version !== absent) throw new ByomlError('TRUST_REFUSED', `log ${keyOf(index)}: the segment is gone`);
      if (stored && stored.version !== version) this.#take(new TextDecoder().decode(stored.bytes), stored.version);
      const next = this.#segment.lines >= segmentLines ? await this.#storage.read(keyOf(index + 1), signal) : undefined;
      if (!next) return;
      this.#segment = emptySegment(index + 1);
    }
  }

  /** Continues with what a segment has beyond what was read of it; the last event. */
  #take(text: string, version: string): LogEvent | undefined {
    const { index, text: before, lines } = this.#segment;
    const segment = keyOf(index);
    if (!text.startsWith(before)) throw new ByomlError('TRUST_REFUSED', `log ${segment}: lines that were read before have changed`);
    const { events, head } = decodeLines(text.slice(before.length), this.#head, segment);
    this.#head = head;
    this.#segment = { index, text, lines: lines + events.length, version };
    for (const event of events) this.#onEvent(event);
    return events.at(-1);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** Walks the whole chain. Throws TRUST_REFUSED, which names the first line that does not hold. */
export async function verifyLog(storage: Storage, signal: AbortSignal): Promise<Head> {
  const { head } = await EventLog.open(storage, { onEvent: () => undefined, signal });
  return head;
}
