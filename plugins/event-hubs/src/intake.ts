import type { Logger } from '@byoml/core';
import type { Fetched, Message } from './client.ts';
import { openMessage, type Refused } from './envelope.ts';
import { hourName, hourOfName, type Spool } from './spool.ts';

/** Where messages become lines of the spool. */
export interface Intake {
  /** Counts the bytes of what arrived, before any of it is taken. */
  arrived(fetched: readonly Fetched[]): void;
  take(partition: number, message: Message): void;
  records(): number;
  bytes(): number;
  /** Bytes at which the ledger is written next. */
  nextRecord(at?: number): number;
  /** Says what was put aside or left out, once. */
  report(): void;
}

interface Taking {
  readonly spool: Spool;
  readonly keepMs: number;
  readonly now: Date;
  readonly logger: Logger;
}

const hourMs = 3_600_000;
const firstRecord = 256 * 2 ** 20;
/** Clocks differ; a time further ahead is a fault, and would make the records before it look old. */
const hoursAhead = 24;

/** Hours before this one are no longer kept: counted back from the newest record, so that a topic that was silent for long keeps its history. */
export function firstKept(hours: Iterable<string>, keepMs: number, now: Date): number {
  let newest = -Infinity;
  for (const name of hours) newest = Math.max(newest, hourOfName(name));
  return Math.min(newest, Math.floor(now.getTime() / hourMs)) - Math.floor(keepMs / hourMs);
}

export function intake({ spool, keepMs, now, logger }: Taking): Intake {
  const current = Math.floor(now.getTime() / hourMs);
  const kept = Math.floor(keepMs / hourMs);
  const names = new Map<number, string>();
  let oldest = firstKept(spool.ledger.hours.keys(), keepMs, now);
  let [records, bytes, old, aside, nextRecord] = [0, 0, 0, 0, firstRecord];
  let firstReason = '';
  const putAside = (partition: number, { offset }: Message, { bytes: content, reason }: Refused): void => {
    firstReason ||= `record ${offset} of partition ${partition}: ${reason}`;
    aside++;
    const text = content.toString();
    spool.quarantine({ partition, offset: String(offset), reason, ...(Buffer.from(text).equals(content) ? { text } : { base64: content.toString('base64') }) });
  };
  const nameOf = (hour: number): string => {
    let name = names.get(hour);
    if (name === undefined) names.set(hour, (name = hourName(hour)));
    return name;
  };
  return {
    arrived(fetched) {
      for (const { messages } of fetched) for (const { value } of messages) bytes += value?.length ?? 0;
    },
    take(partition, message) {
      const { lines, refused } = openMessage(message.value);
      for (const one of refused) putAside(partition, message, one);
      for (const { bytes: line, from, to, hour: own } of lines) {
        // Without a time of its own, it is of when the broker took it.
        const hour = own ?? (message.time < 0 ? current : Math.min(current, Math.floor(message.time / hourMs)));
        if (hour > current + hoursAhead) {
          putAside(partition, message, { bytes: line.subarray(from, to), reason: 'its TimeGenerated is more than a day ahead of the clock' });
          continue;
        }
        if (hour < oldest) {
          old++;
          continue;
        }
        if (hour - kept > oldest) oldest = Math.min(hour, current) - kept;
        spool.add(nameOf(hour), line, from, to);
        records++;
      }
    },
    records: () => records,
    bytes: () => bytes,
    nextRecord: (at) => (nextRecord = at ?? nextRecord),
    report() {
      if (aside > 0) logger.warn(`${aside} messages or records could not be read and were put aside in ${spool.pathOf('quarantine')}; the first is ${firstReason}`, { quarantined: aside });
      if (old > 0) logger.warn(`${old} records are older than what is kept, and were left out; raise the setting "keep" where they are needed`, { old });
    },
  };
}
