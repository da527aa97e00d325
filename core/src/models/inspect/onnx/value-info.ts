import type { Message } from '../protobuf.ts';
import { elementName } from './data-type.ts';

/** An input or output of a graph. Declared output shapes are often wrong; take those of the result. */
export interface OnnxValue {
  readonly name: string;
  /** Only tensors can be fed to and read from a runtime in JavaScript. */
  readonly kind: 'tensor' | 'sequence' | 'map' | 'optional' | 'sparse-tensor' | 'opaque' | 'none';
  /** `float`, `int64`, `string` …; of what a sequence or map holds; empty where the file does not say. */
  readonly element: string;
  /** A number, the name of an open dimension, or null for one that is open; null as a whole where none is declared. */
  readonly shape: readonly (number | string | null)[] | null;
}

type Type = Omit<OnnxValue, 'name'>;
const none: Type = { kind: 'none', element: '', shape: null };
const kinds: Readonly<Record<number, OnnxValue['kind']>> = { 1: 'tensor', 4: 'sequence', 5: 'map', 7: 'opaque', 8: 'sparse-tensor', 9: 'optional' };

function dimensionOf(dimension: Message): number | string | null {
  let size: number | string | null = null;
  while (dimension.next()) {
    if (dimension.field === 1) size = Number.isFinite(dimension.number()) ? dimension.number() : null;
    else if (dimension.field === 2) size = dimension.text() || null;
  }
  return size;
}

function shapeOf(shape: Message): (number | string | null)[] {
  const dimensions: (number | string | null)[] = [];
  while (shape.next()) if (shape.field === 1) dimensions.push(dimensionOf(shape.message()));
  return dimensions;
}

function tensorType(message: Message, kind: OnnxValue['kind']): Type {
  let type: Type = { kind, element: '', shape: null };
  while (message.next()) {
    if (message.field === 1) type = { ...type, element: elementName(message.number()) };
    else if (message.field === 2) type = { ...type, shape: shapeOf(message.message()) };
  }
  return type;
}

/** The innermost type that a sequence, map or optional holds names its elements. */
function holderType(message: Message, kind: OnnxValue['kind']): Type {
  let element = '';
  const inner = kind === 'map' ? 2 : 1;
  while (message.next()) if (message.field === inner) ({ element } = typeOf(message.message()));
  return { kind, element, shape: null };
}

function typeOf(message: Message): Type {
  let type = none;
  while (message.next()) {
    const kind = kinds[message.field];
    if (kind === undefined) continue;
    if (kind === 'opaque') type = { ...none, kind };
    else type = kind === 'tensor' || kind === 'sparse-tensor' ? tensorType(message.message(), kind) : holderType(message.message(), kind);
  }
  return type;
}

export function readValue(message: Message): OnnxValue {
  let value: OnnxValue = { name: '', ...none };
  while (message.next()) {
    if (message.field === 1) value = { ...value, name: message.text() };
    else if (message.field === 2) value = { ...value, ...typeOf(message.message()) };
  }
  return value;
}
