import { ByomlError, z } from '@byoml/core';

/** A model file whose bytes are intact but mean nothing. */
export const modelInvalid = (file: string, because: string): ByomlError => new ByomlError('MODEL_INVALID', `${file}: ${because}`, { details: { file } });

const align = (bytes: number): number => Math.ceil(bytes / 8) * 8;

function textOf(file: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ByomlError('MODEL_INVALID', `${file}: is not JSON`, { cause, details: { file } });
  }
}

/** The JSON in `bytes`, which must follow `schema`; else MODEL_INVALID. */
export function parseJson<S extends z.ZodType>(file: string, bytes: Uint8Array, schema: S): z.output<S> {
  const parsed = schema.safeParse(textOf(file, bytes));
  if (!parsed.success) throw modelInvalid(file, z.prettifyError(parsed.error));
  return parsed.data;
}

/** A file of JSON followed by numbers: `magic` (8 bytes), length of the JSON (uint32), JSON, zeros up to a multiple of 8, then the arrays (little-endian), each padded likewise. */
export function pack(magic: string, header: unknown, arrays: readonly ArrayBufferView[]): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = align(12 + json.length);
  const bytes = new Uint8Array(arrays.reduce((sum, array) => sum + align(array.byteLength), start));
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(8, json.length, true);
  bytes.set(json, 12);
  let at = start;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += align(array.byteLength);
  }
  return bytes;
}

/** Reads what `pack` wrote; takes arrays in their order and insists that nothing is left over. */
export class Packed {
  readonly header: unknown;
  readonly #file: string;
  readonly #buffer: ArrayBuffer;
  #at: number;

  constructor(file: string, magic: string, bytes: Uint8Array) {
    this.#file = file;
    this.#buffer = bytes.slice().buffer;
    if (bytes.length < 12 || new TextDecoder('latin1').decode(bytes.subarray(0, 8)) !== magic) throw modelInvalid(file, `does not start with "${magic}"`);
    const json = new DataView(this.#buffer).getUint32(8, true);
    if (12 + json > bytes.length) throw modelInvalid(file, `its header ends after the file`);
    this.header = textOf(file, bytes.subarray(12, 12 + json));
    this.#at = align(12 + json);
  }

  ints(length: number): Int32Array {
    return new Int32Array(this.#buffer, this.#take(length * 4), length);
  }
  floats(length: number): Float64Array {
    return new Float64Array(this.#buffer, this.#take(length * 8), length);
  }
  end(): void {
    if (this.#at !== this.#buffer.byteLength) throw modelInvalid(this.#file, `holds ${this.#buffer.byteLength} bytes, expected ${this.#at}`);
  }

  #take(bytes: number): number {
    const start = this.#at;
    this.#at += align(bytes);
    if (this.#at > this.#buffer.byteLength) throw modelInvalid(this.#file, `holds ${this.#buffer.byteLength} bytes, fewer than its header says`);
    return start;
  }
}
