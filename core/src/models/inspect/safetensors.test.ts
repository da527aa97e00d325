import { expect, test } from 'vitest';
import { bytesOf, littleEndian, safetensorsOf } from './bytes.test.fixture.ts';
import { inspectModel } from './inspect.ts';
import { readSafetensors } from './safetensors.ts';

const tensor = (begin: number, end: number, shape = `[${(end - begin) / 4}]`, dtype = 'F32'): string => `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;
const two = safetensorsOf(`{"__metadata__":{"format":"pt","__proto__":"p"},"b":${tensor(8, 16)},"a":${tensor(0, 8, '[2,1]')}}  `, 16);

test('a whole file is safe and says its tensors in the order of their bytes', () => {
  expect(inspectModel('m.safetensors', two)).toMatchObject({ format: 'safetensors', verdict: 'safe', findings: [] });
  const { tensors, metadata } = readSafetensors(two);
  expect(tensors).toEqual([{ name: 'a', dtype: 'F32', shape: [2, 1], begin: 0, end: 8 }, { name: 'b', dtype: 'F32', shape: [2], begin: 8, end: 16 }]);
  expect([...metadata]).toEqual([['format', 'pt'], ['__proto__', 'p']]);
});

test('tensors may be empty, scalars, of half bytes, and named like anything', () => {
  const header = `{"__proto__":${tensor(0, 0, '[0,7]')},"constructor":${tensor(0, 4, '[]')},"h":${tensor(4, 5, '[2]', 'F4')}}`;
  expect(readSafetensors(safetensorsOf(header, 5)).tensors.map(({ name }) => name)).toEqual(['__proto__', 'constructor', 'h']);
});

test.each([
  ['a header bomb', bytesOf(littleEndian(2 ** 62, 8), '{"a":1}'), 'at most 100000000'],
  ['a header bomb of all ones', bytesOf(...Array.from({ length: 8 }, () => 0xff), '{"a":1}'), 'at most 100000000'],
  ['a header longer than the file', bytesOf(littleEndian(90_000_000, 8), '{"a":1}'), 'in a file of 15'],
  ['an overlap', safetensorsOf(`{"a":${tensor(0, 8)},"b":${tensor(4, 12)}}`, 12), '"b" overlaps'],
  ['the same bytes twice', safetensorsOf(`{"a":${tensor(0, 8)},"b":${tensor(0, 8)}}`, 8), 'overlaps'],
  ['a hole at the start', safetensorsOf(`{"a":${tensor(4, 8)}}`, 8), '4 bytes before tensor "a"'],
  ['a hole in between', safetensorsOf(`{"a":${tensor(0, 4)},"b":${tensor(8, 12)}}`, 12), '4 bytes before tensor "b"'],
  ['bytes behind the last tensor', safetensorsOf(`{"a":${tensor(0, 4)}}`, 5), 'last 1 bytes'],
  ['a tensor behind the file', safetensorsOf(`{"a":${tensor(0, 8)}}`, 4), '4 bytes behind the file'],
  ['a range that runs backwards', safetensorsOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', 4), 'no range'],
  ['a size that its shape contradicts', safetensorsOf(`{"a":${tensor(0, 8, '[3]')}}`, 8), 'need 12'],
  ['a shape beyond counting', safetensorsOf(`{"a":${tensor(0, 8, '[9007199254740991,9007199254740991]')}}`, 8), 'no number of bytes'],
  ['a shape of fractions', safetensorsOf(`{"a":${tensor(0, 8, '[0.5]')}}`, 8), 'no list of sizes'],
  ['an unknown dtype', safetensorsOf(`{"a":${tensor(0, 4, '[1]', 'OBJECT')}}`, 4), 'unknown dtype'],
  ['another key', safetensorsOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"code":"x"}}', 4), 'other keys'],
  ['a tensor that stands twice', safetensorsOf(`{"a":${tensor(0, 4)},"\\u0061":${tensor(0, 4)}}`, 4), 'a key stands twice'],
  ['metadata that is no text', safetensorsOf('{"__metadata__":{"a":1}}'), 'is no text'],
  ['metadata that is no object', safetensorsOf('{"__metadata__":[]}'), 'no object'],
  ['JSON that is cut off', safetensorsOf('{"a":'), 'JSON'],
  ['JSON with something behind it', safetensorsOf('{} {}'), 'follows its end'],
  ['JSON that nests without end', safetensorsOf(`{"a":${'['.repeat(100_000)}`), 'nests deeper'],
  ['JSON of too many values', safetensorsOf(`{"a":{"dtype":"F32","shape":[0${',0'.repeat(5_000_000)}]}}`), 'more than 5000000 values'],
  ['text that is not UTF-8', safetensorsOf('{"\xff":1}'), 'not valid'],
  ['a number that is none', safetensorsOf('{"a":Infinity}'), 'neither number'],
])('%s: malformed, and it says why', (_, bytes, why) => {
  const { format, verdict, findings } = inspectModel('m.safetensors', bytes);
  expect([format, verdict]).toEqual(['safetensors', 'malformed']);
  expect(findings[0]?.message).toContain(why);
});

test('a header of any length is a header, also where its bytes would begin a pickle', () => {
  for (let length = 60; length < 3000; length++) {
    const header = `{"layer.0.weight":${tensor(0, 4)}}`.padEnd(length);
    expect(inspectModel('m.safetensors', safetensorsOf(header, 4)).format, `header of ${length} bytes`).toBe('safetensors');
  }
});
