import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bytesOf, evilPickle, littleEndian, nodeOf, npyOf, onnxOf, safetensorsOf, shortText, zipOf } from './bytes.test.fixture.ts';
import { inspectModel, refuseUnsafeModel } from './inspect.ts';

const model = onnxOf(nodeOf('Add'));
const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

test('bytes that are no model are unknown, and refused', () => {
  for (const bytes of [new Uint8Array(), bytesOf('cat\ndog\nmouse\n'), bytesOf('{"rows":[1,2]}'), new Uint8Array(1000), bytesOf('user,resource\nann,x\n')]) {
    expect(inspectModel('m', bytes)).toMatchObject({ format: 'unknown', verdict: 'unknown', facts: null });
    expect(() => refuseUnsafeModel('m', bytes)).toThrow(expect.objectContaining({ code: 'MODEL_FORMAT_REFUSED' }));
  }
});

test('a safe model is answered, not refused', () => {
  expect(refuseUnsafeModel('m.onnx', model)).toMatchObject({ format: 'onnx', facts: { nodes: 1 } });
});

test.each([
  ['w.safetensors', model, 'safetensors', 'onnx'],
  ['m.onnx', safetensorsOf('{}'), 'onnx', 'safetensors'],
  ['m.ONNX', npyOf("'<f4'", '()', new Uint8Array(4)), 'onnx', 'npy'],
])('%s: a name that lies is refused', (path, bytes, says, is) => {
  expect(inspectModel(path, bytes)).toMatchObject({ format: is, verdict: 'malformed', findings: [{ message: `its name says ${says}, its bytes say ${is}` }] });
});

test('a pickle is one under any name', () => {
  for (const path of ['m.onnx', 'm.safetensors', 'model.json', 'README', 'm.npy']) expect(inspectModel(path, evilPickle)).toMatchObject({ format: 'pickle', verdict: 'runs-code' });
});

test('the refusal is one safe line, whatever the file is called', () => {
  expect(() => refuseUnsafeModel('a\n\x1b[31m\u202e.pkl', evilPickle)).toThrow(/^a\uFFFD\uFFFD\[31m\uFFFD\.pkl: a pickle calls posix\.system/);
});

test.each([
  ['gzip', new Uint8Array(gzipSync(evilPickle))],
  ['zlib', new Uint8Array(deflateSync(evilPickle))],
  ['gzip', new Uint8Array(gzipSync(gzipSync(zipOf([{ name: 'x', content: evilPickle }]))))],
])('a pickle in %s is named', (format, bytes) => {
  const found = inspectModel('m.joblib', bytes);
  expect(found).toMatchObject({ format, verdict: 'runs-code' });
  expect(found.findings[0]?.message).toContain('posix.system');
});

test('a compressed pickle that breaks off is named: its reader would have run it', () => {
  const packed = deflateSync(bytesOf(evilPickle, ...Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 251)));
  expect(inspectModel('m.joblib', packed.subarray(0, packed.length - 100))).toMatchObject({ verdict: 'runs-code' });
});

test.each([
  ['7z', bytesOf('7z\xbc\xaf\x27\x1c', new Uint8Array(100))],
  ['xz', bytesOf('\xfd7zXZ\0', new Uint8Array(100))],
  ['bzip2', bytesOf('BZh9', new Uint8Array(100))],
  ['zstd', bytesOf('\x28\xb5\x2f\xfd', new Uint8Array(100))],
  ['lz4', bytesOf('\x04\x22\x4d\x18', new Uint8Array(100))],
  ['rar', bytesOf('Rar!\x1a\x07', new Uint8Array(100))],
  ['tar', bytesOf('model.pkl', new Uint8Array(248), 'ustar', new Uint8Array(250))],
  ['gzip', new Uint8Array(gzipSync(model))],
])('%s hides what it holds: refused, to be unpacked first', (format, bytes) => {
  expect(inspectModel('m', bytes)).toMatchObject({ format, verdict: 'unknown', findings: [{ hint: expect.stringContaining('Unpack') }] });
});

test('a joblib file is told by its wrappers, though raw arrays break its opcodes', () => {
  const bytes = bytesOf('\x80\x04', shortText('joblib.numpy_pickle'), shortText('NumpyArrayWrapper'), '\x93)\x81}(', shortText('dtype'), 'cnumpy\ndtype\n', shortText('f8'), '\x85Rub\x00\x01\x02raw');
  expect(inspectModel('m.joblib', bytes)).toMatchObject({ format: 'joblib', verdict: 'runs-code', findings: [{ message: expect.stringContaining('joblib.numpy_pickle.NumpyArrayWrapper, numpy.dtype') }, {}] });
});

test('HDF5 can carry code, also behind a block of the user\'s own', () => {
  const magic = bytesOf('\x89HDF\r\n\x1a\n');
  for (const bytes of [magic, bytesOf(new Uint8Array(512), magic, new Uint8Array(9)), bytesOf(new Uint8Array(2048), magic)]) expect(inspectModel('m.h5', bytes)).toMatchObject({ format: 'hdf5', verdict: 'runs-code' });
});

test.each([
  ["'<f4'", '(2, 3)', 24, 'safe'],
  ["'|b1'", '(3,)', 3, 'safe'],
  ["'<U2'", '(2,)', 16, 'safe'],
  ["'<f8'", '()', 8, 'safe'],
  ["[('a', '<f4'), ('b', '<M8[ns]', (2,))]", '(1,)', 20, 'safe'],
  ["'<f4'", '(2, 3)', 25, 'malformed'],
  ["'<f4'", '(9007199254740991, 9007199254740991)', 0, 'malformed'],
  ["'<x4'", '(2,)', 8, 'malformed'],
  ["'|O'", '(1,)', 0, 'runs-code'],
  ["'object'", '(1,)', 0, 'runs-code'],
  ["[('a', '<f4'), ('b', '|O')]", '(1,)', 0, 'runs-code'],
  ["[('a', 'i4,O')]", '(1,)', 0, 'runs-code'],
  ["[('a', [('b', 'object')])]", '(1,)', 0, 'runs-code'],
])('an npy of %s and shape %s with %i bytes is %s', (descr, shape, bytes, verdict) => {
  expect(inspectModel('w.npy', npyOf(descr, shape, new Uint8Array(bytes)))).toMatchObject({ format: 'npy', verdict });
});

test.each([
  ['an unknown version', bytesOf('\x93NUMPY\x09\0', new Uint8Array(10))],
  ['a header that is cut off', bytesOf('\x93NUMPY\x01\0\xff')],
  ['a header bomb', bytesOf('\x93NUMPY\x02\0\xff\xff\xff\xff{')],
  ['a header that is code', npyOf("__import__('os')", '()', new Uint8Array())],
])('npy with %s is malformed', (_, bytes) => {
  expect(inspectModel('w.npy', bytes)).toMatchObject({ format: 'npy', verdict: 'malformed' });
});

const keras = (config: unknown): Uint8Array =>
  zipOf([{ name: 'metadata.json', content: json({ keras_version: '3.8.0' }) }, { name: 'config.json', content: json(config) }, { name: 'model.weights.h5', content: bytesOf('\x89HDF\r\n\x1a\n') }]);
const dense = { module: 'keras.layers', class_name: 'Dense', config: { units: 2, kernel_initializer: { module: 'keras.initializers', class_name: 'GlorotUniform', config: {}, registered_name: null } }, registered_name: null };
const sequential = (...layers: readonly unknown[]): unknown => ({ module: 'keras', class_name: 'Sequential', config: { layers }, registered_name: 'Sequential' });

test('a Keras archive of standard layers is safe', () => {
  expect(inspectModel('m.keras', keras(sequential(dense)))).toMatchObject({ format: 'keras', verdict: 'safe', findings: [], facts: { classes: ['Sequential', 'Dense', 'GlorotUniform'] } });
});

test.each([
  ['a Lambda layer', sequential(dense, { module: 'keras.layers', class_name: 'Lambda', config: { function: { class_name: '__lambda__', config: { code: '4wEA' } } } }), 'Lambda'],
  ['a function of another module', sequential({ module: 'os', class_name: 'system', config: 'id' }), 'os.system'],
  ['a function of Keras that fetches files', sequential({ module: 'keras.utils', class_name: 'get_file', config: {} }), 'keras.utils.get_file'],
  ['a standard name from elsewhere', sequential({ ...dense, module: 'acme' }), 'acme.Dense'],
  ['a class of a package of its own', sequential({ ...dense, registered_name: 'acme>Dense' }), 'acme>Dense'],
  ['a wrapped torch module', sequential({ module: 'keras.layers', class_name: 'TorchModuleWrapper', config: {} }), 'TorchModuleWrapper'],
  ['a switch of the safe mode', sequential({ module: 'keras.config', class_name: 'enable_unsafe_deserialization', config: {} }), 'enable_unsafe_deserialization'],
  ['a Lambda deep inside', { a: [[[{ b: { class_name: 'Lambda' } }]]] }, 'Lambda'],
])('a Keras archive with %s is refused by its name', (_, config, name) => {
  expect(inspectModel('m.keras', keras(config))).toMatchObject({ format: 'keras', verdict: 'runs-code', findings: [{ message: expect.stringContaining(name) }] });
});

test('a Keras archive that hides a pickle, or whose config says two things, is refused', () => {
  const broken = zipOf([{ name: 'metadata.json', content: json({}) }, { name: 'config.json', content: bytesOf('{"a":1,"a":2}') }]);
  expect(inspectModel('m.keras', broken)).toMatchObject({ format: 'keras', verdict: 'malformed', findings: [{ message: expect.stringContaining('twice') }] });
  const hiding = zipOf([{ name: 'metadata.json', content: json({}) }, { name: 'config.json', content: json(sequential(dense)) }, { name: 'assets/vocabulary', content: evilPickle }]);
  expect(inspectModel('m.keras', hiding)).toMatchObject({ format: 'keras', verdict: 'runs-code' });
});

const tfjs = readFileSync(join(import.meta.dirname, 'fixtures/tfjs-autoencoder.json'), 'utf8');

test('a TensorFlow.js model says its layers and where its weights lie', () => {
  expect(inspectModel('model.json', new TextEncoder().encode(tfjs))).toMatchObject({ format: 'tfjs', verdict: 'safe', findings: [], facts: { kind: 'layers-model', weightFiles: ['weights.bin'], weightBytes: 620, classes: expect.arrayContaining(['Sequential', 'Dense']) } });
});

test.each([
  ['a Lambda layer', tfjs.replace('"Dense"', '"Lambda"'), 'runs-code', 'Lambda'],
  ['a layer of nobody', tfjs.replace('"Dense"', '"Evil"'), 'runs-code', 'Evil'],
  ['weights above the folder', tfjs.replace('weights.bin', '../weights.bin'), 'malformed', '../weights.bin'],
  ['weights at an address', tfjs.replace('weights.bin', 'https://acme.example/w.bin'), 'malformed', 'acme.example'],
  ['weights at an absolute path', tfjs.replace('weights.bin', '/etc/passwd'), 'malformed', '/etc/passwd'],
  ['weights behind a backslash', tfjs.replace('weights.bin', '..\\\\w.bin'), 'malformed', 'w.bin'],
  ['a weight of half a row', tfjs.replace('"shape":[8,6]', '"shape":[8.5,6]'), 'malformed', 'whole numbers'],
  ['two topologies', `{"modelTopology":{},${tfjs.slice(1)}`, 'malformed', 'twice'],
  ['an end too early', tfjs.slice(0, -1), 'malformed', 'JSON'],
])('a TensorFlow.js model with %s is refused', (_, text, verdict, message) => {
  expect(inspectModel('model.json', new TextEncoder().encode(text))).toMatchObject({ format: 'tfjs', verdict, findings: [{ message: expect.stringContaining(message) }] });
});

test('a finding says at which byte it is', () => {
  expect(inspectModel('m.onnx', bytesOf(8, 8, 0x3a, littleEndian(200, 1))).findings[0]).toMatchObject({ offset: 4 });
});
