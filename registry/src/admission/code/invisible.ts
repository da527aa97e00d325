/** What text must not contain: the reader sees something else than the program. */
interface Invisible {
  readonly what: string;
  /** It has no honest use in any program: it shows code in another order, or carries hidden data. */
  readonly deceives?: true;
  readonly pattern: RegExp;
}

const everywhere: readonly Invisible[] = [
  { what: 'a bidirectional control', deceives: true, pattern: /[\u202A-\u202E\u2066-\u2069]/u },
  { what: 'an invisible character', pattern: /[\u200B\u2060-\u2064\u206A-\u206F\u180E\u115F\u1160\u3164\uFFA0\uFFF9-\uFFFB\uFEFF]|\u034F|\u17B4|\u17B5/u },
  { what: 'a joiner outside an emoji or a word that needs it', pattern: /(?<![\p{Lo}\p{M}])[\u200C\u200D]|[\u200C\u200D]{2}/u },
  { what: 'a variation selector that varies nothing', pattern: /(?<!\p{Script=Han})[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/u },
  { what: 'hidden data in variation selectors', deceives: true, pattern: /[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]{3}/u },
  { what: 'a tag character', deceives: true, pattern: /[\u{E0000}-\u{E007F}]/u },
  { what: 'a private-use code point', pattern: /\p{Co}/u },
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  { what: 'a control character', pattern: /[\0-\x08\x0E-\x1F\x7F-\x9F]/u },
];

/** Marks that right-to-left prose and hyphenated words need, and code does not. */
const inCode: readonly Invisible[] = [{ what: 'an invisible mark', pattern: /[\u200E\u200F\u061C\u00AD]/u }];

const prose = /\.(?:md|markdown|txt|html?)$/i;

/** Well-formed emoji, which join and vary their parts legitimately. They have no line breaks, so lines stay where they are. */
const emoji = /(?:\p{RGI_Emoji}|[[\p{Emoji}\p{Extended_Pictographic}]--[0-9#*]])[\uFE0E\uFE0F]{0,2}(?:\u200D\p{Extended_Pictographic}\uFE0F?)*/gv;

// oxlint-disable-next-line no-control-regex -- all of ASCII but its control characters
const plain = /^[\t-\r\x20-\x7E]*$/;

/** What is invisible in a text and where it begins: at most one place per kind, so that a hostile file makes no flood. */
export function invisibleIn(path: string, text: string): readonly { readonly what: string; readonly index: number; readonly deceives: boolean }[] {
  if (plain.test(text)) return [];
  const bare = text.replace(emoji, (found) => ' '.repeat(found.length));
  return [...everywhere, ...(prose.test(path) ? [] : inCode)].flatMap(({ what, pattern, deceives = false }) => {
    const index = bare.search(pattern);
    return index < 0 ? [] : [{ what: `${what} (U+${(bare.codePointAt(index) ?? 0).toString(16).toUpperCase().padStart(4, '0')})`, index, deceives }];
  });
}
