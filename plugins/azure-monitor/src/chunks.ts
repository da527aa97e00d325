import { cutText, dynamicText } from './field-limit.ts';

/** Bytes of a request's JSON that the service takes, brackets and commas included; compressed or not. */
export const bodyBytes = 1_048_576;

/** A row as it is sent. It is made into JSON once, however often it is sent. */
export interface SentRow {
  /** Position in the table that is written, from 0. */
  readonly at: number;
  readonly json: string;
  /** UTF-8 bytes of `json`. */
  readonly bytes: number;
}

/** The row with every field as long as the service keeps it. */
export function sentRow(at: number, row: Readonly<Record<string, unknown>>): SentRow {
  const fields = Object.entries(row).filter(([, value]) => value !== undefined);
  const json = `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${fieldText(value)}`).join(',')}}`;
  return { at, json, bytes: Buffer.byteLength(json) };
}

function fieldText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cutText(value));
  return typeof value === 'object' && value !== null ? dynamicText(value) : JSON.stringify(value);
}

/** Whether a request can hold the row at all. */
export const fitsAlone = ({ bytes }: SentRow): boolean => bytes + 2 <= bodyBytes;

/** Rows in order, as many together as one request holds. Only the last chunk may be short; rows must fit alone. */
export async function* chunksOf(parts: AsyncIterable<Iterable<SentRow>>): AsyncGenerator<readonly SentRow[]> {
  let chunk: SentRow[] = [];
  let bytes = 1; // the brackets are two, but the last row has no comma
  for await (const part of parts) {
    for (const row of part) {
      if (bytes + row.bytes + 1 > bodyBytes) {
        yield chunk;
        [chunk, bytes] = [[], 1];
      }
      chunk.push(row);
      bytes += row.bytes + 1;
    }
  }
  if (chunk.length > 0) yield chunk;
}

export const bodyOf = (rows: readonly SentRow[]): Buffer => Buffer.from(`[${rows.map(({ json }) => json).join(',')}]`);
