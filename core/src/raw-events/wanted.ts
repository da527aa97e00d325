import type { Predicate } from '../contracts/view.ts';

/** One of `texts`, which are in lower case and of such characters as JSON spells literally; `alone`: with no letter or digit beside it. */
interface Wish {
  readonly texts: readonly string[];
  readonly alone?: true;
}

/** What a line must hold, whatever its case, to be looked at: all of it. */
export type Wanted = readonly Wish[];

/** Shorter ones are in nearly every line. */
const shortest = 2;

const partsOf = (name: string): string[] => name.toLowerCase().split(/[\\/]/u).filter((part) => part !== '');

/** The longest stretch of plain letters and digits: `sharepoint` of `x.sharepoint.com`. What a view does to a name on its way leaves it whole. */
function stretchOf(part: string): readonly string[] {
  const longest = Array.from(part.matchAll(/[a-z0-9_]+/gu), ([text]) => text).sort((a, b) => b.length - a.length)[0] ?? '';
  return longest.length >= shortest ? [longest] : [];
}

/** What every record of the names holds: something of the last part of each, `hr` of `\\FS1\HR`. */
export const ofNames = (...names: readonly string[]): Wanted => names.flatMap((name) => stretchOf(partsOf(name).at(-1) ?? '')).map((text) => ({ texts: [text] }));

/** What most records of the names hold: something of every part of each, by itself. */
export const ofWholeNames = (...names: readonly string[]): Wanted => names.flatMap((name) => partsOf(name).flatMap(stretchOf)).map((text) => ({ texts: [text], alone: true }));

/** What every record holds that the predicates let through, as far as their values are plain. */
export const ofPredicates = (where: readonly Predicate[]): Wanted =>
  where.filter(({ in: values }) => values.every((value) => /^[\w .:-]+$/u.test(value))).map(({ in: values }) => ({ texts: values.map((value) => value.toLowerCase()) }));

/** What a record of a day holds where it spells its time as ISO 8601 in UTC. */
export const ofDay = (day: number): Wanted => (Math.abs(day) > lastDay ? [] : [{ texts: [new Date(day * 86_400_000).toISOString().slice(0, 10)] }]);

/** JavaScript has no later one. */
const lastDay = 100_000_000;

const newline = '\n';
/** JSON may spell any of the characters looked for like this; a line that does is always looked at. */
const escaped = String.raw`\u00`;

/** The lines of a block that hold what is wanted, without their line breaks. */
export function* linesHolding(block: Buffer, wanted: Wanted): Generator<Buffer> {
  // One letter per byte, so that places in the text are places in the block.
  const text = block.toString('latin1').toLowerCase();
  const holds = (line: string): boolean => wanted.every(({ texts, alone }) => texts.some((each) => (alone ? holdsAlone(line, each) : line.includes(each)))) || line.includes(escaped);
  if (!holds(text)) return;
  for (let from = 0; from < text.length; ) {
    const at = text.indexOf(newline, from);
    const end = at < 0 ? text.length : at;
    if (holds(text.slice(from, end))) yield block.subarray(from, end);
    from = end + 1;
  }
}

const isWordLetter = (line: string, at: number): boolean => /^[a-z0-9_]$/u.test(line.charAt(at));

function holdsAlone(line: string, text: string): boolean {
  for (let at = line.indexOf(text); at >= 0; at = line.indexOf(text, at + 1)) if (!isWordLetter(line, at - 1) && !isWordLetter(line, at + text.length)) return true;
  return false;
}
