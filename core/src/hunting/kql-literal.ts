const plain = /[\p{L}\p{N} !#-&(-/:-@[\]^-`{-~]/u;

const escape = (letter: string): string => {
  if (letter === '\\' || letter === '"') return `\\${letter}`;
  if (plain.test(letter)) return letter;
  return Array.from({ length: letter.length }, (_, i) => `\\u${letter.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
};

/** A string literal of KQL, on one line whatever the text holds. */
export const kqlText = (text: string): string => `"${Array.from(text, escape).join('')}"`;

/** A real literal of KQL with the very value. */
export const kqlReal = (value: number): string => `real(${value})`;

/** A datetime literal of KQL. */
export const kqlInstant = (at: number): string => `datetime(${new Date(at).toISOString()})`;
