import { z } from 'zod';

/** JSON text in the file, a checked value outside. */
export const json = <T extends z.ZodType>(value: T): z.ZodCodec<z.ZodString, T> =>
  z.codec(z.string(), value, {
    decode: (text, context) => {
      try {
        return JSON.parse(text);
      } catch {
        context.issues.push({ code: 'custom', input: text, message: 'not JSON' });
        return z.NEVER;
      }
    },
    encode: (given) => JSON.stringify(given ?? null),
  });

/** 0 or 1 in the file. */
export const flag = (): z.ZodCodec<z.ZodInt, z.ZodBoolean> => z.codec(z.int().min(0).max(1), z.boolean(), { decode: (bit) => bit === 1, encode: Number });

/** Bytes in the file, little-endian as every machine that Node runs on. */
export const floats = (): z.ZodCodec<z.ZodCustom<Uint8Array>, z.ZodCustom<Float64Array>> =>
  z.codec(z.instanceof(Uint8Array).refine((bytes) => bytes.length % 8 === 0, 'not whole numbers'), z.instanceof(Float64Array), {
    // A copy, because the bytes of a column may start anywhere.
    decode: (bytes) => new Float64Array(Uint8Array.from(bytes).buffer),
    encode: (values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  });
