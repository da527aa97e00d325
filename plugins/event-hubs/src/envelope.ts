import { isUtf8 } from 'node:buffer';
import { elementSpans, memberStart, skipSpace, valueSpan, type ElementSpan } from './element-spans.ts';

/** A record as one line without its line break; `bytes` is that of the message where nothing had to be changed. */
interface RecordLine {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  /** Hours since 1970 of its TimeGenerated; undefined where it has none that can be read. */
  readonly hour: number | undefined;
}

/** Something that is no record. */
export interface Refused {
  readonly bytes: Buffer;
  readonly reason: string;
}

export interface Opened {
  readonly lines: readonly RecordLine[];
  readonly refused: readonly Refused[];
}

/** As long as a line may be that the engine reads. */
const longest = 4 * 2 ** 20;
const deepest = 100;

/** The records of a message: those of the export's envelope `{ "records": [ … ] }`, of a list, or a single one. Their bytes stay as they were sent. */
export function openMessage(value: Buffer | null): Opened {
  const bytes = withoutMark(value ?? Buffer.alloc(0));
  if (bytes.length === 0) return refusedWhole(bytes, 'it is empty');
  if (!isUtf8(bytes)) return refusedWhole(bytes, 'it is not UTF-8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString());
  } catch {
    return refusedWhole(bytes, 'it is not JSON');
  }
  const at = skipSpace(bytes, 0);
  if (Array.isArray(parsed)) return openList(bytes, at, parsed);
  if (typeof parsed !== 'object' || parsed === null) return refusedWhole(bytes, 'it is neither a record nor a list of records');
  const { records } = parsed as { records?: unknown };
  if (!Object.hasOwn(parsed, 'records') || !Array.isArray(records)) return opened([parsed], [valueSpan(bytes, at)], bytes);
  return openList(bytes, memberStart(bytes, at, 'records'), records);
}

const refusedWhole = (bytes: Buffer, reason: string): Opened => ({ lines: [], refused: [{ bytes, reason }] });

const withoutMark = (bytes: Buffer): Buffer => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes);

/** `at` is unknown where the key of the list is written with escapes: its records are then written anew. */
function openList(bytes: Buffer, at: number | undefined, values: readonly unknown[]): Opened {
  const spans = at === undefined ? [] : elementSpans(bytes, at);
  if (spans.length === values.length) return opened(values, spans, bytes);
  const texts = values.map((value) => Buffer.from(JSON.stringify(value)));
  const parts = values.map((value, i) => opened([value], [valueSpan(texts[i] as Buffer, 0)], texts[i] as Buffer));
  return { lines: parts.flatMap(({ lines }) => lines), refused: parts.flatMap(({ refused }) => refused) };
}

function opened(values: readonly unknown[], spans: readonly ElementSpan[], bytes: Buffer): Opened {
  const [lines, refused]: [RecordLine[], Refused[]] = [[], []];
  for (const [i, span] of spans.entries()) {
    const { from, to } = span;
    const reason = faultOf(values[i], span);
    if (reason !== undefined) refused.push({ bytes: bytes.subarray(from, to), reason });
    else if (span.isBroken) lines.push({ ...onOneLine(bytes, span), hour: hourOf(values[i] as object) });
    else lines.push({ bytes, from, to, hour: hourOf(values[i] as object) });
  }
  return { lines, refused };
}

function faultOf(value: unknown, { from, to, depth }: ElementSpan): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is no record but something else in a list of records';
  if (to - from > longest) return `it has ${to - from} bytes, and a record may have ${longest}`;
  return depth > deepest ? `it is nested ${depth} levels deep, and a record may have ${deepest}` : undefined;
}

/** Line breaks between the parts of a record become spaces; inside its texts there are none. */
function onOneLine(bytes: Buffer, { from, to }: ElementSpan): Omit<RecordLine, 'hour'> {
  const copy = Buffer.from(bytes.subarray(from, to));
  for (let i = 0; i < copy.length; i++) if (copy[i] === 0x0a || copy[i] === 0x0d) copy[i] = 0x20;
  return { bytes: copy, from: 0, to: copy.length };
}

const hourMs = 3_600_000;
/** As the export writes it. The hour is all that counts. */
const exported = /^\d{4}-\d\d-\d\dT\d\d:[0-5]\d:[0-5]\d(?:\.\d+)?Z$/u;
let last: { readonly prefix: string; readonly hour: number } = { prefix: '', hour: Number.NaN };

function hourOf(record: object): number | undefined {
  const { TimeGenerated: time } = record as { TimeGenerated?: unknown };
  if (typeof time !== 'string') return undefined;
  if (!exported.test(time)) return valid(Math.floor(Date.parse(time) / hourMs));
  // Records of a message are mostly of the same hour.
  const prefix = time.slice(0, 13);
  if (prefix !== last.prefix) last = { prefix, hour: Math.floor(Date.parse(`${prefix}:00:00Z`) / hourMs) };
  return valid(last.hour);
}

/** Nothing of before 1970 is a time of a record. */
const valid = (hour: number): number | undefined => (hour >= 0 ? hour : undefined);
