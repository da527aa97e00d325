/** Where the text of one record lies in a message. */
export interface ElementSpan {
  readonly from: number;
  readonly to: number;
  /** Levels of lists and objects inside it, itself counted. */
  readonly depth: number;
  /** Whether line breaks stand between its parts. */
  readonly isBroken: boolean;
}

const [quote, backslash, lineFeed, carriageReturn, comma] = [0x22, 0x5c, 0x0a, 0x0d, 0x2c];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === lineFeed || byte === carriageReturn;

/** The first byte from `at` on that is no white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let i = at;
  while (isSpace(bytes[i] as number)) i++;
  return i;
}

/** The byte after a string that begins at `at`. */
function afterString(bytes: Uint8Array, at: number): number {
  let i = at + 1;
  for (;;) {
    const byte = bytes[i];
    if (byte === backslash) i += 2;
    else if (byte === quote || byte === undefined) return i + 1;
    else i++;
  }
}

/** The value that begins at `from`. Only for text that JSON.parse accepts: nothing else is looked at than what separates values. */
export function valueSpan(bytes: Uint8Array, from: number): ElementSpan {
  const first = bytes[from];
  if (first === openObject || first === openList) return nestedSpan(bytes, from);
  let to = from;
  if (first === quote) to = afterString(bytes, from);
  else while (to < bytes.length && !isEnd(bytes[to] as number)) to++;
  return { from, to, depth: 0, isBroken: false };
}

/** Whether a number, true, false or null ends before this byte. */
const isEnd = (byte: number): boolean => byte === comma || byte === closeList || byte === closeObject || isSpace(byte);

function nestedSpan(bytes: Uint8Array, from: number): ElementSpan {
  let [depth, deepest, isBroken, i] = [0, 0, false, from];
  for (; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === quote) i = afterString(bytes, i) - 1;
    else if (byte === openObject || byte === openList) deepest = Math.max(deepest, ++depth);
    else if (byte === closeObject || byte === closeList) {
      if (--depth === 0) break;
    } else if (byte === lineFeed || byte === carriageReturn) isBroken = true;
  }
  return { from, to: i + 1, depth: deepest, isBroken };
}

/** The elements of the list that begins at `at`. */
export function elementSpans(bytes: Uint8Array, at: number): ElementSpan[] {
  const spans: ElementSpan[] = [];
  let i = skipSpace(bytes, at + 1);
  while (i < bytes.length && bytes[i] !== closeList) {
    const span = valueSpan(bytes, i);
    spans.push(span);
    i = skipSpace(bytes, span.to);
    if (bytes[i] === comma) i = skipSpace(bytes, i + 1);
  }
  return spans;
}

/** Where the value of a key of the object at `at` begins, of the last where it is there twice, as JSON.parse has it; undefined where no key is written just so. */
export function memberStart(bytes: Buffer, at: number, key: string): number | undefined {
  let found: number | undefined;
  let i = skipSpace(bytes, at + 1);
  while (i < bytes.length && bytes[i] === quote) {
    const end = afterString(bytes, i);
    const start = skipSpace(bytes, skipSpace(bytes, end) + 1);
    if (bytes.toString('latin1', i + 1, end - 1) === key) found = start;
    i = skipSpace(bytes, valueSpan(bytes, start).to);
    if (bytes[i] === comma) i = skipSpace(bytes, i + 1);
  }
  return found;
}
