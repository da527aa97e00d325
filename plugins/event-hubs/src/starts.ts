import type { Logger } from '@byoml/core';

/** What is known of where a partition goes on. */
export interface Known {
  readonly topic: string;
  readonly partition: number;
  /** First offset that is not in the spool; undefined when nothing of it is. */
  readonly spooled: bigint | undefined;
  /** What the group was told. */
  readonly committed: bigint | undefined;
  readonly begin: bigint;
  readonly end: bigint;
}

/** The offset to read a partition from, with a warning where records are missed: those that another member of the group took, and those that are gone. */
export function startOf({ topic, partition, spooled, committed, begin, end }: Known, logger: Logger): bigint {
  const place = `${topic}, partition ${partition}`;
  const start = spooled === undefined || (committed !== undefined && committed > spooled) ? (committed ?? spooled ?? begin) : spooled;
  if (start > end) {
    logger.warn(`${place}: read up to record ${start}, but it ends at ${end}; the topic was made anew or lost its end. How many records are gone cannot be told; going on at record ${begin}`, { topic, partition, start: Number(start), begin: Number(begin), end: Number(end) });
    return begin;
  }
  if (spooled !== undefined && start > spooled) {
    logger.warn(`${place}: ${start - spooled} records were taken by another member of the consumer group and are not in this workspace; give each workspace a group of its own`, { topic, partition, records: Number(start - spooled) });
  }
  if (start < begin) {
    logger.warn(`${place}: ${begin - start} records are gone, since the topic keeps them no longer; going on at record ${begin}. Run more often, or keep them longer there`, { topic, partition, records: Number(begin - start) });
    return begin;
  }
  return start;
}
