/** A text out of the data, safe to show on one line of a terminal or in a comment: control and format characters become �. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');
