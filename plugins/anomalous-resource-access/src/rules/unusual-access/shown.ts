const mostLetters = 200;

/** Characters that break a line, move the cursor, reorder what stands beside them or cannot be seen; joiners are part of some scripts. */
const unseen = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]--[\u200C\u200D]]/gv;

/** A name out of a log as part of one line of text: what cannot be seen becomes U+FFFD, and a long name is cut. */
export function shown(name: string): string {
  const letters = Array.from(name.slice(0, 2 * mostLetters + 2).toWellFormed());
  const cut = letters.length > mostLetters ? `${letters.slice(0, mostLetters).join('')}…` : letters.join('');
  return cut.replaceAll(unseen, '\uFFFD').replaceAll(/^\s|\s$/gu, '\uFFFD');
}
