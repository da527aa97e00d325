import { Malformed } from './malformed.ts';
import { shown } from './shown.ts';
import { isArray, isObject, strictJson, type Json, type JsonObject } from './strict-json.ts';
import type { ModelFinding } from './verdict.ts';

/** Longest header that is read, in bytes; that of the format's own reader. */
const longestHeader = 100_000_000;
const prefix = 8;
const openBrace = 0x7b;
/** A tensor takes about ten values of the header. */
const jsonLimits = { depth: 4, values: 5_000_000 } as const;

const bitsOf: ReadonlyMap<Json | undefined, number> = new Map<Json | undefined, number>([
  ['F4', 4], ['F6_E2M3', 6], ['F6_E3M2', 6], ['BOOL', 8], ['U8', 8], ['I8', 8], ['F8_E5M2', 8], ['F8_E4M3', 8], ['F8_E8M0', 8],
  ['I16', 16], ['U16', 16], ['F16', 16], ['BF16', 16], ['I32', 32], ['U32', 32], ['F32', 32], ['F64', 64], ['I64', 64], ['U64', 64], ['C64', 64],
]);

export interface SafetensorsTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte and the one behind the last, counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsFacts {
  /** In the order of their bytes. */
  readonly tensors: readonly SafetensorsTensor[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly headerBytes: number;
}

const isSize = (value: Json | undefined): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const sizes = (value: Json | undefined): readonly number[] | undefined => (isArray(value) && value.every(isSize) ? (value as readonly number[]) : undefined);

const isText = (byte: number): boolean => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d);

/** Whether bytes begin as a safetensors file does: a length, which no text could be, then a JSON object. */
export const looksLikeSafetensors = (bytes: Uint8Array): boolean => bytes[prefix] === openBrace && !bytes.subarray(0, prefix).every(isText);

const keys = 'data_offsets,dtype,shape';

function rangeOf(value: Json | undefined): readonly [begin: number, end: number] | undefined {
  const [begin = -1, end = -1, ...more] = sizes(value) ?? [];
  return more.length === 0 && begin >= 0 && begin <= end ? [begin, end] : undefined;
}

function tensorOf(name: string, entry: Json | undefined): SafetensorsTensor {
  const bad = (why: string): never => {
    throw new Malformed(`tensor "${shown(name)}" ${why}`, prefix);
  };
  if (!isObject(entry) || Object.keys(entry).toSorted().join() !== keys) return bad('has other keys than dtype, shape and data_offsets');
  const bits = bitsOf.get(entry['dtype']) ?? bad('has an unknown dtype');
  const shape = sizes(entry['shape']) ?? bad('has a shape that is no list of sizes');
  const [begin, end] = rangeOf(entry['data_offsets']) ?? bad('has offsets that are no range');
  const size = shape.reduce((product, length) => product * length, bits) / 8;
  if (!Number.isSafeInteger(size)) bad('has a size that is no number of bytes');
  if (size !== end - begin) bad(`takes ${end - begin} bytes where its dtype and shape need ${size}`);
  return { name, dtype: entry['dtype'] as string, shape, begin, end };
}

function metadataOf(value: Json | undefined): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  if (!isObject(value)) throw new Malformed('__metadata__ is no object', prefix);
  return new Map(
    Object.entries(value).map(([key, text]) => {
      if (typeof text !== 'string') throw new Malformed(`__metadata__ "${shown(key)}" is no text`, prefix);
      return [key, text];
    }),
  );
}

function refuseGaps(tensors: readonly SafetensorsTensor[], dataBytes: number): void {
  let end = 0;
  for (const tensor of tensors) {
    if (tensor.begin < end) throw new Malformed(`tensor "${shown(tensor.name)}" overlaps the one before it`, prefix);
    if (tensor.begin > end) throw new Malformed(`${tensor.begin - end} bytes before tensor "${shown(tensor.name)}" belong to none`, prefix);
    ({ end } = tensor);
  }
  if (end > dataBytes) throw new Malformed(`its tensors end ${end - dataBytes} bytes behind the file`, prefix);
  if (end < dataBytes) throw new Malformed(`its last ${dataBytes - end} bytes belong to no tensor`, prefix);
}

function headerOf(bytes: Uint8Array): { readonly header: JsonObject; readonly length: number } {
  if (bytes.length < prefix) throw new Malformed('it ends inside the length of its header', 0);
  const announced = new DataView(bytes.buffer, bytes.byteOffset, prefix).getBigUint64(0, true);
  if (announced > BigInt(longestHeader)) throw new Malformed(`it announces a header of ${announced} bytes; at most ${longestHeader} are read`, 0);
  const length = Number(announced);
  if (length > bytes.length - prefix) throw new Malformed(`it announces a header of ${length} bytes in a file of ${bytes.length}`, 0);
  if (bytes[prefix] !== openBrace) throw new Malformed('its header does not begin with {', prefix);
  const header = strictJson(bytes.subarray(prefix, prefix + length), jsonLimits);
  if (!isObject(header)) throw new Malformed('its header is no object', prefix);
  return { header, length };
}

/** Reads the header and compares it with the file: every byte belongs to exactly one tensor. Throws Malformed. */
export function readSafetensors(bytes: Uint8Array): SafetensorsFacts {
  const { header, length } = headerOf(bytes);
  const tensors = Object.keys(header).filter((name) => name !== '__metadata__').map((name) => tensorOf(name, header[name]));
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  refuseGaps(tensors, bytes.length - prefix - length);
  return { tensors, metadata: metadataOf(header['__metadata__']), headerBytes: length };
}

export const safetensorsBroken = ({ message, offset }: Malformed): ModelFinding => ({ message: `safetensors: ${message}`, hint: 'Write the file again with the safetensors library; do not edit it.', offset });
