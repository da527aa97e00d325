/** TensorProto.DataType: name and bits of one element; 0 bits where elements have no fixed size. */
const types: readonly (readonly [name: string, bits: number])[] = [
  ['undefined', 0], ['float', 32], ['uint8', 8], ['int8', 8], ['uint16', 16], ['int16', 16], ['int32', 32], ['int64', 64], ['string', 0], ['bool', 8],
  ['float16', 16], ['double', 64], ['uint32', 32], ['uint64', 64], ['complex64', 64], ['complex128', 128], ['bfloat16', 16],
  ['float8e4m3fn', 8], ['float8e4m3fnuz', 8], ['float8e5m2', 8], ['float8e5m2fnuz', 8], ['uint4', 4], ['int4', 4], ['float4e2m1', 4], ['float8e8m0', 8], ['uint2', 2], ['int2', 2],
];

export const elementName = (type: number): string => types[type]?.[0] ?? `type ${type}`;

/** Bytes of `count` elements; undefined where the type has no fixed size. */
export function bytesOf(type: number, count: number): number | undefined {
  const bits = types[type]?.[1] ?? 0;
  return bits === 0 ? undefined : Math.ceil((count * bits) / 8);
}
