import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { isByomlError } from '../../contracts/errors.ts';
import { bytesOf, evilPickle, littleEndian, npyOf, safetensorsOf, zipOf } from './bytes.test.fixture.ts';
import { inspectModel, refuseUnsafeModel } from './inspect.ts';

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(import.meta.dirname, 'fixtures', name)));
const config = new TextEncoder().encode('{"class_name":"Sequential","config":{"layers":[{"class_name":"Dense","module":"keras.layers"}]}}');

const whole: Readonly<Record<string, Uint8Array>> = {
  pickle: evilPickle,
  'old pickle': bytesOf("(dp0\nS'w'\np1\ncposix\nsystem\np2\n(S'id'\np3\ntp4\nRp5\ns."),
  onnx: fixture('logistic.onnx'),
  'onnx with more': fixture('named-columns.onnx'),
  safetensors: safetensorsOf('{"__metadata__":{"a":"b"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}', 16),
  torch: zipOf([{ name: 'm/data.pkl', content: evilPickle }, { name: 'm/data/0', content: new Uint8Array(64), stored: true }]),
  keras: zipOf([{ name: 'config.json', content: config }, { name: 'metadata.json', content: bytesOf('{}') }]),
  npz: zipOf([{ name: 'a.npy', content: npyOf("'<f4'", '(2,)', new Uint8Array(8)), stored: true }]),
  npy: npyOf("'|O'", '(1,)', evilPickle),
  gzip: new Uint8Array(gzipSync(evilPickle)),
  tfjs: fixture('tfjs-autoencoder.json'),
};

type Mutation = (bytes: Uint8Array) => Uint8Array;
const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const place = (share: number, bytes: Uint8Array): number => Math.floor(share * bytes.length);

const flip = fc.tuple(at, fc.nat(7)).map(([share, bit]): Mutation => (bytes) => {
  const out = bytes.slice();
  const i = place(share, out);
  if (i < out.length) out[i] = (out[i] ?? 0) ^ (1 << bit);
  return out;
});
const truncate = at.map((share): Mutation => (bytes) => bytes.slice(0, place(share, bytes)));
const splice = fc.tuple(at, at, at).map(([from, to, where]): Mutation => (bytes) => {
  const [a, b, c] = [place(from, bytes), place(to, bytes), place(where, bytes)];
  return bytesOf(bytes.slice(0, c), bytes.slice(Math.min(a, b), Math.max(a, b)), bytes.slice(c));
});
const bomb = fc.tuple(at, fc.constantFrom(1, 2, 4, 8), fc.constantFrom(0x7f, 0xff, 0x80, 0)).map(([share, width, byte]): Mutation => (bytes) => {
  const out = bytes.slice();
  out.fill(byte, place(share, out), Math.min(out.length, place(share, out) + width));
  return out;
});
const insert = fc.tuple(at, fc.uint8Array({ maxLength: 12 })).map(([share, added]): Mutation => (bytes) => bytesOf(bytes.slice(0, place(share, bytes)), added, bytes.slice(place(share, bytes))));
const mutations = fc.array(fc.oneof(flip, truncate, splice, bomb, insert), { minLength: 1, maxLength: 4 });

const verdicts = ['safe', 'runs-code', 'malformed', 'unknown'];

function refusal(path: string, bytes: Uint8Array): string | undefined {
  try {
    refuseUnsafeModel(path, bytes);
    return undefined;
  } catch (thrown) {
    if (!isByomlError(thrown)) throw thrown;
    return thrown.code;
  }
}

/** What a user meets: a verdict with reasons, and one catalogued error unless the file is safe. */
function check(path: string, bytes: Uint8Array): void {
  const started = performance.now();
  const { verdict, findings } = inspectModel(path, bytes);
  expect(performance.now() - started).toBeLessThan(2000);
  expect(verdicts).toContain(verdict);
  expect(verdict === 'safe' || findings.length > 0).toBe(true);
  for (const { message, hint } of findings) {
    expect(message + hint).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(message.length).toBeLessThan(3000);
  }
  expect(refusal(path, bytes)).toBe(verdict === 'safe' ? undefined : 'MODEL_FORMAT_REFUSED');
}

test.each(Object.entries(whole))('%s: damaged in any way it ends in a verdict, in bounded time', (name, bytes) => {
  fc.assert(
    fc.property(mutations, (steps) => check(`${name}.bin`, steps.reduce((changed, mutate) => mutate(changed), bytes))),
    { numRuns: 100 },
  );
});

test('any bytes at all end in a verdict', () => {
  const starts = fc.constantFrom('', '\x80\x04', 'PK\x03\x04', '\x08\x08\x3a', '\x93NUMPY\x01\0', '\x1f\x8b\x08', '\x78\x9c', '{"modelTopology":', 'c', '(');
  fc.assert(
    fc.property(starts, fc.uint8Array({ maxLength: 400 }), (start, rest) => check('m', bytesOf(start, rest))),
    { numRuns: 100 },
  );
});

test('a call stays named when everything behind it is damaged', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => {
      const called = inspectModel('m.onnx', bytesOf(evilPickle.subarray(0, evilPickle.length - 1), tail));
      expect(called).toMatchObject({ verdict: 'runs-code' });
      expect(called.findings[0]?.message).toContain('posix.system');
    }),
    { numRuns: 100 },
  );
});

test('a length of any size in front of a pickle\'s text allocates nothing', () => {
  fc.assert(
    fc.property(fc.constantFrom(0x8d, 0x8e, 0x96, 0x95), fc.integer({ min: 1000, max: Number.MAX_SAFE_INTEGER }), (code, length) => {
      expect(inspectModel('m.pkl', bytesOf('\x80\x05', code, littleEndian(length, 8), 'x'))).toMatchObject({ verdict: 'malformed' });
    }),
    { numRuns: 100 },
  );
});
