import { crc32, deflateRawSync } from 'node:zlib';

type Part = string | number | Uint8Array;

/** Bytes put together from latin-1 texts, single bytes and other bytes. */
export const bytesOf = (...parts: readonly Part[]): Uint8Array => new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part)))));

/** `count` bytes of a whole number, the lowest first. */
export function littleEndian(value: number, count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let i = 0, left = value; i < count; i++, left = Math.floor(left / 256)) out[i] = left % 256;
  return out;
}

/** A SHORT_BINUNICODE. */
export const shortText = (text: string): Uint8Array => bytesOf(0x8c, text.length, text);

/** A safetensors file with this header. */
export const safetensorsOf = (header: string, data = 0): Uint8Array => bytesOf(littleEndian(header.length, 8), header, new Uint8Array(data));

/** A protobuf field with bytes. */
export const field = (number: number, ...parts: readonly Part[]): Uint8Array => {
  const content = bytesOf(...parts);
  return bytesOf(varint(number * 8 + 2), varint(content.length), content);
};

export function varint(value: number): Uint8Array {
  const out: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) out.push((left % 128) | 128);
  return Uint8Array.from([...out, left]);
}

/** An ONNX model of these graph fields: IR version 8, opset 18. */
export const onnxOf = (graph: Uint8Array, ...more: readonly Part[]): Uint8Array => bytesOf(8, 8, field(7, graph), field(8, 16, 18), ...more);
export const nodeOf = (type: string, domain = '', ...attributes: readonly Uint8Array[]): Uint8Array => field(1, field(4, type), ...attributes.map((attribute) => field(5, attribute)), ...(domain ? [field(7, domain)] : []));

export interface ZippedEntry {
  readonly name: string;
  readonly content: Uint8Array;
  readonly stored?: boolean;
  /** What the directory says instead of the truth. */
  readonly says?: { readonly size?: number; readonly packed?: number; readonly crc?: number; readonly flags?: number; readonly localName?: string; readonly offset?: number; readonly method?: number };
}

/** A zip archive, honest unless an entry says otherwise. */
export function zipOf(entries: readonly ZippedEntry[]): Uint8Array {
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const { name, content, stored = false, says = {} } of entries) {
    const packed = stored ? content : new Uint8Array(deflateRawSync(content));
    const sizes = bytesOf(littleEndian(says.crc ?? crc32(content), 4), littleEndian(says.packed ?? packed.length, 4), littleEndian(says.size ?? content.length, 4));
    const common = (known: string): Uint8Array => bytesOf(littleEndian(20, 2), littleEndian(says.flags ?? 0, 2), littleEndian(says.method ?? (stored ? 0 : 8), 2), littleEndian(0, 4), sizes, littleEndian(known.length, 2), littleEndian(0, 2));
    const head = bytesOf('PK\x03\x04', common(says.localName ?? name), says.localName ?? name);
    local.push(head, packed);
    central.push(bytesOf('PK\x01\x02', littleEndian(20, 2), common(name), littleEndian(0, 10), littleEndian(says.offset ?? offset, 4), name));
    offset += head.length + packed.length;
  }
  const directory = bytesOf(...central);
  const count = littleEndian(entries.length, 2);
  return bytesOf(...local, directory, 'PK\x05\x06', littleEndian(0, 4), count, count, littleEndian(directory.length, 4), littleEndian(offset, 4), littleEndian(0, 2));
}

/** An npy file of version 1. */
export const npyOf = (descr: string, shape: string, data: Uint8Array): Uint8Array => {
  const header = `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`;
  return bytesOf('\x93NUMPY\x01\x00', littleEndian(header.length, 2), header, data);
};

/** Calls os.system in a pickle of protocol 4. */
export const evilPickle: Uint8Array = bytesOf('\x80\x04', shortText('posix'), shortText('system'), 0x93, shortText('id'), '\x85R.');
