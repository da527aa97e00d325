import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytesOf, field, nodeOf, onnxOf, varint } from '../bytes.test.fixture.ts';
import { inspectModel } from '../inspect.ts';
import { readOnnx } from './model.ts';

const fixture = (name: string): Uint8Array => readFileSync(join(import.meta.dirname, '../fixtures', name));
const messages = (bytes: Uint8Array): string[] => inspectModel('model.onnx', bytes).findings.map(({ message }) => message);
const probabilities = [{ name: 'label', element: 'int64' }, { name: 'probabilities', element: 'float', kind: 'tensor' }];
const features = [{ name: 'X', kind: 'tensor', element: 'float', shape: [null, 8] }];

test.each([
  ['autoencoder.onnx', features, [{ name: 'variable', element: 'float', shape: [null, 1] }]],
  ['logistic.onnx', features, probabilities],
  ['xgboost.onnx', features, probabilities],
  [
    'named-columns.onnx',
    [
      { name: 'Account', element: 'string', shape: [null, 1] },
      { name: 'FailedLogons', element: 'float', shape: [null, 1] },
      { name: 'BytesOut', element: 'float', shape: [null, 1] },
    ],
    probabilities,
  ],
])('%s is safe and says what goes in and comes out', (name, inputs, outputs) => {
  expect(inspectModel(name, fixture(name))).toMatchObject({ format: 'onnx', verdict: 'safe', findings: [], facts: { inputs, outputs } });
});

test('a model says who made it, which operators it has and what its columns are called', () => {
  const { metadata, operators, opsets, producer, irVersion, nodes } = readOnnx(fixture('autoencoder.onnx'));
  expect(JSON.parse(metadata.get('byoml.columns') ?? '')).toHaveLength(8);
  expect(operators).toContainEqual(expect.objectContaining({ domain: 'ai.onnx.ml', type: 'Scaler', count: 1 }));
  expect(opsets).toContainEqual({ domain: '', version: 18 });
  expect([producer, irVersion, nodes]).toEqual(['skl2onnx', 8, 14]);
});

test('a dimension below zero is an open one', () => {
  const minusOne = bytesOf(8, ...Array.from({ length: 9 }, () => 0xff), 1);
  const input = field(11, field(1, 'X'), field(2, field(1, 8, 1, field(2, field(1, minusOne), field(1, 8, 3), field(1, field(2, 'N'))))));
  expect(readOnnx(onnxOf(bytesOf(nodeOf('Add'), input))).inputs).toEqual([{ name: 'X', kind: 'tensor', element: 'float', shape: [null, 3, 'N'] }]);
});

test('an input with an initial value has not to be fed', () => {
  const value = (name: string): Uint8Array => field(11, field(1, name));
  expect(readOnnx(onnxOf(bytesOf(nodeOf('Add'), value('X'), value('W'), field(5, 8, 1, 16, 1, field(8, 'W'), field(9, 'abcd'))))).inputs.map(({ name }) => name)).toEqual(['X']);
});

test('an operator of an unknown domain is refused by its name', () => {
  expect(inspectModel('custom-op.onnx', fixture('custom-op.onnx'))).toMatchObject({ verdict: 'runs-code', findings: [{ message: expect.stringContaining('com.acme.Evil') }] });
});

test.each([
  ['external-data.onnx', /"W" takes its data from another file, "w\.bin" \(from byte 0, 256 bytes\)$/],
  ['external-escape.onnx', /"\.\.\/.*etc\/passwd".*leaves the folder/],
])('%s is refused by the file it names', (name, message) => {
  expect(inspectModel(name, fixture(name))).toMatchObject({ format: 'onnx', verdict: 'malformed', findings: [{ message: expect.stringMatching(message), hint: expect.stringContaining('save_as_external_data=False') }] });
});

test('what is no ONNX is not taken for one by its name', () => {
  expect(inspectModel('garbage.onnx', fixture('garbage.onnx'))).toMatchObject({ verdict: 'malformed', findings: [{}, { message: 'its name says onnx, its bytes say pickle' }] });
});

test('an output that is a sequence of maps is named, with the way to export it otherwise', () => {
  const zipmap = inspectModel('logistic-zipmap.onnx', fixture('logistic-zipmap.onnx'));
  expect(zipmap).toMatchObject({ format: 'onnx', verdict: 'safe', facts: { outputs: [{ kind: 'tensor' }, { name: 'output_probability', kind: 'sequence', element: 'float' }] } });
  expect(zipmap.findings).toEqual([{ message: expect.stringContaining('output_probability'), hint: expect.stringContaining('"zipmap": False') }]);
});

const shared = join(import.meta.dirname, '../../../../../../shared/data/models');
test.skipIf(!existsSync(shared))('the larger models are safe, all their nodes counted (needs ../shared)', () => {
  const of = (name: string): unknown => inspectModel(name, readFileSync(join(shared, name)));
  expect(of('isolation-forest.onnx')).toMatchObject({ verdict: 'safe', findings: [], facts: { nodes: 1360, inputs: features, outputs: [{ name: 'label' }, { name: 'scores' }, { name: 'score_samples' }] } });
  expect(of('lightgbm.onnx')).toMatchObject({ verdict: 'safe', findings: [], facts: { inputs: features } });
});

const evil = nodeOf('Evil', 'com.acme');
const hidden: Readonly<Record<string, Uint8Array>> = {
  'a subgraph': onnxOf(nodeOf('If', '', field(6, evil))),
  'one of many subgraphs': onnxOf(nodeOf('If', '', field(11, evil))),
  'a subgraph of a subgraph': onnxOf(nodeOf('Loop', '', field(6, nodeOf('Loop', '', field(6, evil))))),
  'a local function': onnxOf(nodeOf('Mine', 'mine'), field(25, field(1, 'Mine'), field(7, field(4, 'Evil'), field(7, 'com.acme')), field(10, 'mine'))),
  'the default of a function\'s attribute': onnxOf(nodeOf('Mine', 'mine'), field(25, field(1, 'Mine'), field(10, 'mine'), field(11, field(6, evil)))),
  'a training graph': onnxOf(nodeOf('Add'), field(20, field(2, evil))),
  'a second graph that is merged into the first': onnxOf(nodeOf('Add'), field(7, evil)),
};

test.each(Object.entries(hidden))('a foreign operator is found in %s', (_, bytes) => {
  expect(messages(bytes)).toEqual([expect.stringContaining('com.acme.Evil')]);
});

test('operators of a local function\'s domain are those of the function, and no others', () => {
  const define = field(25, field(1, 'Mine'), field(7, field(4, 'Add')), field(10, 'mine'));
  expect(inspectModel('m.onnx', onnxOf(nodeOf('Mine', 'mine'), define))).toMatchObject({ verdict: 'safe' });
  expect(messages(onnxOf(nodeOf('Other', 'mine'), define))).toEqual([expect.stringContaining('mine.Other')]);
});

test.each(['com.microsoft', 'ai.onnx.preview.training', 'ai.onnx.ml.'])('domain %s is not standard', (domain) => {
  expect(inspectModel('m.onnx', onnxOf(nodeOf('Op', domain)))).toMatchObject({ verdict: 'runs-code' });
});

test('ai.onnx is another name of the default domain', () => {
  expect(inspectModel('m.onnx', onnxOf(bytesOf(nodeOf('Add', 'ai.onnx'), nodeOf('Add'))))).toMatchObject({ verdict: 'safe', facts: { operators: [{ domain: '', type: 'Add', count: 2 }] } });
});

const entry = (key: string, value: string): Uint8Array => field(13, field(1, key), field(2, value));
const outside = (location: string): Uint8Array => bytesOf(8, 8, 16, 1, field(8, 'W'), entry('location', location), 0x70, 1);
test.each([
  ['/etc/passwd', 'it is absolute'],
  ['\\\\server\\share', 'it is absolute'],
  ['C:\\w.bin', 'drive'],
  ['file:///w.bin', 'address'],
  ['a/../../w.bin', 'leaves the folder'],
  ['a\\..\\w.bin', 'leaves the folder'],
  ['w.bin\0.txt', 'NUL'],
  ['', 'names no file'],
])('external data at %j is refused because of what it says', (location, why) => {
  expect(inspectModel('m.onnx', onnxOf(field(5, outside(location))))).toMatchObject({ verdict: 'malformed', findings: [{ message: expect.stringContaining(why) }] });
});

test.each([
  ['an attribute', onnxOf(nodeOf('Constant', '', field(5, outside('w.bin'))))],
  ['a list of an attribute', onnxOf(nodeOf('Constant', '', field(10, outside('w.bin'))))],
  ['a sparse initializer', onnxOf(field(15, field(1, outside('w.bin'))))],
  ['a sparse attribute', onnxOf(nodeOf('Constant', '', field(22, field(2, outside('w.bin')))))],
  ['entries without a data location', onnxOf(field(5, 8, 8, 16, 1, entry('location', 'w.bin')))],
  ['a data location without entries', onnxOf(field(5, 8, 8, 16, 1, 0x70, 1))],
])('external data is found in %s', (_, bytes) => {
  expect(messages(bytes)).toEqual([expect.stringContaining('another file')]);
});

const nested = (depth: number): Uint8Array => {
  let node = nodeOf('Add');
  for (let i = 0; i < depth; i++) node = nodeOf('If', '', field(6, node));
  return onnxOf(node);
};

test.each([
  ['a negative dimension', onnxOf(field(5, 8, varint(5), 8, ...Array.from({ length: 9 }, () => 0xff), 1, 16, 1)), 'no finite size'],
  ['dimensions beyond counting', onnxOf(field(5, ...Array.from({ length: 9 }, () => bytesOf(8, varint(2 ** 40))), 16, 1)), 'no finite size'],
  ['packed dimensions that do not fit the data', onnxOf(field(5, field(1, 2, 3), 16, 1, field(9, 'abcd'))), '4 bytes where its type and shape need 24'],
  ['a length behind the end', bytesOf(8, 8, 0x3a, varint(1e9), 'abc'), 'announces 1000000000 bytes where 3 are left'],
  ['a length beyond 2^63', bytesOf(8, 8, 0x3a, ...Array.from({ length: 9 }, () => 0xff), 1), 'are left'],
  ['a number without end', bytesOf(8, 8, 0x3a, ...Array.from({ length: 11 }, () => 0xff)), 'does not end'],
  ['a group', bytesOf(8, 8, 0x3a, 1, 0x0b), 'wire type 3'],
  ['field number 0', bytesOf(8, 8, 0x3a, 2, 2, 0), 'no valid number'],
  ['text where a number belongs', onnxOf(nodeOf('Add'), field(8, field(2, 'x'))), 'holds no number'],
  ['a number where text belongs', onnxOf(field(1, 0x20, 5)), 'holds no bytes'],
  ['graphs in graphs', nested(40), 'nests deeper than 32'],
  ['no graph', bytesOf(8, 8, field(0x02, 'me')), 'no graph'],
  ['metadata that says a key twice', onnxOf(nodeOf('Add'), field(14, field(1, 'a')), field(14, field(1, 'a'))), 'twice'],
])('%s: malformed, and it says why', (_, bytes, why) => {
  const { format, verdict, findings } = inspectModel('m.onnx', bytes);
  expect([format, verdict]).toEqual(['onnx', 'malformed']);
  expect(findings[0]?.message).toContain(why);
});

test('a model that nests as deep as exporters do is read', () => {
  expect(inspectModel('m.onnx', nested(9))).toMatchObject({ verdict: 'safe', facts: { nodes: 10 } });
});

test('eight million numbers in a tree are passed over, not kept', () => {
  const numbers = new Uint8Array(40_000_000);
  for (let i = 0; i < numbers.length; i += 5) numbers[i] = 0x3d;
  const started = performance.now();
  expect(inspectModel('m.onnx', onnxOf(nodeOf('TreeEnsembleRegressor', 'ai.onnx.ml', numbers)))).toMatchObject({ verdict: 'safe', facts: { nodes: 1 } });
  expect(performance.now() - started).toBeLessThan(10_000);
});
