import { createHash } from 'node:crypto';
import { ByomlError } from '@byoml/core';
import { eventSchema, placeSchema, type Event, type LogEvent } from './event.ts';

/** Where a log ends: how many events it has, and the sha256 of its last line. */
export interface Head {
  readonly number: number;
  readonly digest: string;
}

export const start: Head = { number: 0, digest: '0'.repeat(64) };

const digestOf = (line: string): string => createHash('sha256').update(line).digest('hex');

/** The line of an event that follows `head`, without its line break. */
export const encodeEvent = (event: Event, { number, digest }: Head, time: string): string => JSON.stringify({ number: number + 1, previous: digest, time, ...event });

const broken = (where: string, why: string, cause?: unknown): ByomlError => new ByomlError('TRUST_REFUSED', `log ${where}: ${why}`, { details: { where }, cause });

function decodeEvent(line: string, where: string): LogEvent {
  try {
    const { number, previous, time, ...event } = JSON.parse(line) as Record<string, unknown>;
    return { ...placeSchema.parse({ number, previous, time }), ...eventSchema.parse(event) };
  } catch (thrown) {
    throw broken(where, 'the line is no event', thrown);
  }
}

/** Reads the lines that follow `head`. Throws TRUST_REFUSED at the first line that does not continue the chain. */
export function decodeLines(text: string, head: Head, segment: string): { readonly events: readonly LogEvent[]; readonly head: Head } {
  const events: LogEvent[] = [];
  let at = head;
  const lines = text.split('\n');
  if (lines.pop() !== '') throw broken(segment, 'the last line has no end');
  for (const [i, line] of lines.entries()) {
    const where = `${segment}:${i + 1}`;
    const event = decodeEvent(line, where);
    if (event.previous !== at.digest || event.number !== at.number + 1) throw broken(where, `event ${event.number} does not follow event ${at.number}: a line was changed, added or taken away`);
    events.push(event);
    at = { number: event.number, digest: digestOf(line) };
  }
  return { events, head: at };
}
