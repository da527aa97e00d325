import { overlap, spanOf, type Span } from '@byoml/core/data-export';
import type { ListedBlob } from './client.ts';
import { below, each, folderName, levelOf, listsWhole, type Walk } from './walk.ts';

/** A blob, and the time that its folders say its records are of. */
export interface TimedBlob {
  readonly blob: ListedBlob;
  readonly span: Span | undefined;
}

const stamp = /^timestamp=(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}))?$/iu;
const levels = [/^year=(\d{4})$/iu, /^month=(\d{1,2})$/iu, /^day=(\d{1,2})$/iu, /^hour=(\d{1,2})$/iu] as const;
/** Above this a folder is listed whole instead of one list for each of its folders. */
const mostFolders = 16;
const deepest = 8;

/** Year, month, day and hour after one folder more, as far as an export job's folders have said them. */
function timeInside(time: readonly number[], folder: string): readonly number[] {
  const whole = stamp.exec(folder);
  if (whole) return whole.slice(1).filter(Boolean).map(Number);
  const value = levels[time.length]?.exec(folder)?.[1];
  return value === undefined ? time : [...time, Number(value)];
}

/** Undefined where folders say no time, or one that is none. */
const timeOf = (folders: readonly string[]): readonly number[] => folders.reduce(timeInside, []);

const isWanted = ({ span }: Walk, time: readonly number[]): boolean => {
  const covered = spanOf({ time });
  return !covered || overlap(covered, span);
};

/** The blobs below a prefix, without those whose folders say another time; what else lies there is listed as it is. */
export async function findTimed(walk: Walk, prefix: string, depth = 0): Promise<TimedBlob[]> {
  const { folders, blobs } = await levelOf(walk, prefix);
  const timed = folders.filter((folder) => timeOf(folder.split('/').slice(0, -1)).length > 0);
  const plain = folders.filter((folder) => !timed.includes(folder));
  if (timed.length === 0 && (plain.length > mostFolders || depth >= deepest)) return wholly(walk, prefix);
  const here = blobs.map(timedBlob).filter(({ span }) => !span || overlap(span, walk.span));
  const [stamped, partial] = split(timed.filter((folder) => isWanted(walk, timeOf(folder.split('/').slice(0, -1)))));
  return [
    ...here,
    ...(await each(walk, plain, (inner, folder) => findTimed(inner, folder, depth + 1))),
    ...(await each(walk, partial, (inner, folder) => withinTime(inner, folder, depth))),
    ...(await each(walk, byDay(stamped), wholly)),
  ];
}

const split = (folders: readonly string[]): readonly [string[], string[]] => [folders.filter((folder) => stamp.test(folderName(folder))), folders.filter((folder) => !stamp.test(folderName(folder)))];

async function withinTime(walk: Walk, folder: string, depth: number): Promise<TimedBlob[]> {
  const time = timeOf(folder.split('/').slice(0, -1));
  const covered = spanOf({ time });
  return covered && listsWhole(time, covered, walk.span) ? wholly(walk, folder) : findTimed(walk, folder, depth);
}

/** Three hours of one day or more are one list: their names begin the same. */
function byDay(stamped: readonly string[]): readonly string[] {
  const days = Map.groupBy(stamped, (folder) => folder.replace(/T\d{2}\/$/iu, 'T'));
  return [...days].flatMap(([day, hours]) => (hours.length >= 3 && day.endsWith('T') ? [day] : hours));
}

const wholly = async (walk: Walk, prefix: string): Promise<TimedBlob[]> => (await below(walk, prefix)).map(timedBlob).filter(({ span }) => !span || overlap(span, walk.span));

function timedBlob(blob: ListedBlob): TimedBlob {
  const span = spanOf({ time: timeOf(blob.name.split('/').slice(0, -1)) });
  return { blob, span };
}
