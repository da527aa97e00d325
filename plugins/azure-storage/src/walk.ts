import type { Run } from '@byoml/core';
import { overlap, type Span } from '@byoml/core/data-export';
import { allOrStop, type AtOnce } from './at-once.ts';
import type { Container, Level, ListedBlob } from './client.ts';

/** How a walk asks for lists. */
export interface Walk {
  readonly container: Container;
  readonly span: Span;
  readonly atOnce: AtOnce;
  readonly signal: AbortSignal;
  /** Hears how many blobs a list had. */
  readonly listed: (blobs: number) => void;
}

/** A walk that says how many blobs it has looked at. */
export function walkOf(container: Container, span: Span, bound: AtOnce, run: Run): Walk {
  let done = 0;
  return { container, span, atOnce: bound, signal: run.signal, listed: (blobs) => blobs > 0 && run.progress({ done: (done += blobs), unit: 'blobs' }) };
}

export async function levelOf({ container, atOnce, signal, listed }: Walk, prefix: string): Promise<Level> {
  const level = await atOnce(() => container.level(prefix, signal));
  listed(level.blobs.length);
  return level;
}

/** All blobs whose names begin with a prefix. */
export const below = ({ container, atOnce, signal, listed }: Walk, prefix: string): Promise<ListedBlob[]> =>
  atOnce(async () => {
    const found: ListedBlob[] = [];
    for await (const page of container.below(prefix, signal)) {
      listed(page.length);
      found.push(...page);
    }
    return found;
  });

/** The same for every item, side by side. */
export const each = async <T, R>(walk: Walk, items: readonly T[], work: (walk: Walk, item: T) => Promise<readonly R[]>): Promise<R[]> =>
  (await allOrStop(items, walk.signal, (item, signal) => work({ ...walk, signal }, item))).flat();

/** The last part of a prefix that ends in a slash. */
export const folderName = (prefix: string): string => prefix.split('/').at(-2) ?? '';

const share = (part: Span, { from, to }: Span): number => (Math.min(part.to, to) - Math.max(part.from, from)) / (part.to - part.from);

/**
 * Whether one list of everything below a folder of a month, day or hour is better than lists of the folders in it: a page has 5,000 blobs, an export's
 * day less than 300 and its month less than 9,000. A year is never listed whole.
 */
export function listsWhole(time: readonly number[], folder: Span, wanted: Span): boolean {
  const least = [1, 1, 1 / 2, 1 / 8][time.length] ?? 0;
  return time.length >= 2 && overlap(folder, wanted) && share(folder, wanted) >= least;
}
