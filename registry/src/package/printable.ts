// U+2028 and U+2029 end a line although they are no control characters.
const unprintable = /[\p{C}\u2028\u2029]/gu;

/** Text from outside for a message: one line, short, with everything invisible or controlling written as its code point. */
export function printable(text: string, longest = 200): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replace(unprintable, (character) => `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`);
}
