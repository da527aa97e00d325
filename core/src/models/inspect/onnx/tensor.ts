import { Malformed } from '../malformed.ts';
import type { Message } from '../protobuf.ts';
import { shown } from '../shown.ts';
import { bytesOf } from './data-type.ts';

const external = 1;

/** Data of a tensor that lies in another file. */
export interface OnnxExternalData {
  readonly tensor: string;
  readonly location: string;
  /** As the file says them; empty where it does not. */
  readonly offset: string;
  readonly length: string;
}

export interface OnnxTensor {
  readonly name: string;
  /** Bytes of its data in this file; 0 where that is not stored raw. */
  readonly rawBytes: number;
  readonly external: OnnxExternalData | null;
}

interface Parts {
  name: string;
  type: number;
  /** Product of the dimensions. */
  elements: number;
  raw: number | undefined;
  outside: boolean;
  readonly entries: Map<string, string>;
}

/** A StringStringEntryProto. */
export function readEntry(message: Message): readonly [key: string, value: string] {
  let [key, value] = ['', ''];
  while (message.next()) {
    if (message.field === 1) key = message.text();
    else if (message.field === 2) value = message.text();
  }
  return [key, value];
}

function* packedOrPlain(message: Message): Iterable<number> {
  if (message.wire !== 2) yield message.number();
  else yield* message.packed();
}

function read(message: Message, parts: Parts): void {
  while (message.next()) {
    if (message.field === 1) for (const size of packedOrPlain(message)) parts.elements *= size;
    else if (message.field === 2) parts.type = message.number();
    else if (message.field === 8) parts.name = message.text();
    else if (message.field === 9) parts.raw = message.view().length;
    else if (message.field === 13) parts.entries.set(...readEntry(message.message()));
    else if (message.field === 14) parts.outside ||= message.number() === external;
  }
}

/** Reads what a TensorProto says about itself, none of its numbers. Throws Malformed for a size that is none or differs from its data. */
export function readTensor(message: Message): OnnxTensor {
  const parts: Parts = { name: '', type: 0, elements: 1, raw: undefined, outside: false, entries: new Map() };
  const at = message.start;
  read(message, parts);
  const { name, elements, raw, entries } = parts;
  if (!Number.isSafeInteger(elements)) throw new Malformed(`tensor "${shown(name)}" has no finite size`, at);
  const needed = bytesOf(parts.type, elements);
  if (raw !== undefined && !parts.outside && needed !== undefined && needed !== raw) throw new Malformed(`tensor "${shown(name)}" has ${raw} bytes where its type and shape need ${needed}`, at);
  const elsewhere = parts.outside || entries.size > 0;
  const of = (key: string): string => entries.get(key) ?? '';
  return { name, rawBytes: raw ?? 0, external: elsewhere ? { tensor: name, location: of('location'), offset: of('offset'), length: of('length') } : null };
}
