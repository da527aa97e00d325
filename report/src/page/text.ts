/** What a reader cannot see or what turns text around: controls, format characters, odd spaces, blanks, private use, halves of a pair. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u115F\u1160\u2800\u3164\uFFA0]|(?! )\p{Zs}/gu;
const plain = /^[\x20-\x7E]*$/;
/** More marks on one letter than any language stacks. */
const piled = /(\p{M}{4})\p{M}+/gu;
const longestWord = 72;
const longestProse = 600;
const longestWhole = 4_096;

const codeOf = (character: string): string => `‹U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}›`;

/** Text from a log as one can trust one's eyes with: what is unseen is written out, e.g. `‹U+202E›`. */
export function visible(text: string): string {
  if (plain.test(text)) return text;
  return text.replaceAll(unseen, codeOf).replaceAll(piled, '$1‹…›');
}

const spacesOf = (text: string): string => text.replaceAll(' ', '␠');

/** As `visible`, and spaces at either end are seen: `admin␠` is not `admin`. */
export function visibleName(text: string): string {
  if (text === '') return '‹empty›';
  return visible(text).replace(/^ +| +$/g, spacesOf);
}

/** The first and the last characters of a text that is longer than `most`; both ends tell names apart. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = Array.from(text);
  if (characters.length <= most) return text;
  const tail = Math.floor(most / 3);
  return `${characters.slice(0, most - tail - 1).join('')}…${characters.slice(-tail).join('')}`;
}

/** The whole of a long text, as far as a tooltip should hold it. */
export function whole(text: string): string {
  return text.length <= longestWhole ? text : `${text.slice(0, longestWhole)} … and ${text.length - longestWhole} more characters`;
}

/** A sentence without words that break a page, and of bearable length. */
export function prose(text: string): string {
  if (text.length <= longestWord) return text;
  return shortened(text.replaceAll(/\S{73,}/gu, (word) => shortened(word, longestWord)), longestProse);
}
