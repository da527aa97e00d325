import { inspectModel } from '@byoml/core/models/inspect';
import { expect, test } from 'vitest';
import { tarOf } from '../../package/pack.ts';
import { findings, withFiles } from '../findings.test.fixture.ts';
import { sampleFiles } from '../sample-package.ts';
import { modelFormats, type InspectedModel } from './model-formats.ts';

const answering = (verdict: InspectedModel['verdict'], told: InspectedModel['findings'] = []) => modelFormats(() => ({ format: 'onnx', verdict, findings: told }));
const safe = answering('safe');

test('packages without models, and models that the inspector finds safe', async () => {
  const asked: string[] = [];
  const check = modelFormats((path) => { asked.push(path); return { format: 'onnx', verdict: 'safe', findings: [] }; });
  expect(await findings(check, withFiles({ 'a.onnx': 'x', 'dir/B.SafeTensors': 'x', 'c.npy': 'x', 'weights.bin': 'x', 'dist/kernel.wasm': '\0asm', 'data.json': '{}' }))).toEqual([]);
  expect(asked).toEqual(['a.onnx', 'dir/B.SafeTensors', 'c.npy', 'weights.bin']);
  expect(await findings(answering('malformed'), sampleFiles())).toEqual([]);
});

test.each(['pkl', 'pickle', 'joblib', 'pt', 'PTH', 'ckpt', 'h5', 'keras', 'zip', '7z', 'tar', 'tgz', 'gz', 'npz', 'whl'])('model.%s is refused whatever the inspector says', async (extension) => {
  expect(await findings(safe, withFiles({ [`model.${extension}`]: 'x' }))).toEqual([expect.stringContaining(`model.${extension}: it is`)]);
});

test.each([
  ['a pickle of protocol 2', '80025d2e'], ['a pickle of protocol 4', '800495'], ['a zip', '504b0304'], ['a 7z', '377abcaf271c'], ['a gzip', '1f8b08'], ['an HDF5', '894844460d0a1a0a'], ['a RAR', '526172211a07'], ['an xz', 'fd377a585a00'], ['a zstd', '28b52ffd'], ['a bzip2', '425a6839314159'],
])('%s under another name', async (_, hex) => {
  for (const name of ['README', 'logo.png', 'dist/index.js']) expect(await findings(safe, withFiles({ [name]: Buffer.from(hex, 'hex') }))).toHaveLength(1);
});

test('a tar under another name', async () => {
  expect(await findings(safe, withFiles({ 'data.csv': tarOf([{ path: 'x', bytes: 'y' }]) }))).toEqual([expect.stringContaining('an archive inside the package')]);
});

test('what the inspector finds is told, and what it cannot look into is refused', async () => {
  expect(await findings(answering('runs-code', [{ message: 'operator of a foreign domain', hint: 'Use another.' }]), withFiles({ 'a.onnx': 'x' }))).toEqual(['a.onnx: operator of a foreign domain']);
  expect(await findings(answering('malformed'), withFiles({ 'a.onnx': 'x' }))).toEqual(['a.onnx: as onnx it is malformed']);
  expect(await findings(answering('unknown'), withFiles({ 'a.bin': 'x' }))).toEqual(['a.bin: it is no model that can be looked into']);
});

test('with the inspector of core', async () => {
  const check = modelFormats(inspectModel);
  const header = Buffer.from(JSON.stringify({ w: { dtype: 'U8', shape: [4], data_offsets: [0, 4] } }).padEnd(0x280));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(0x280n);
  const safetensors = Buffer.concat([length, header, Buffer.alloc(4)]);
  expect(await findings(check, withFiles({ 'w.safetensors': safetensors }))).toEqual([]);
  expect(await findings(check, withFiles({ 'w.safetensors': safetensors.subarray(0, -1) }))).not.toEqual([]);
  const pickle = Buffer.from('800495100000008c026f73948c0673797374656d9493942e', 'hex');
  for (const name of ['w.safetensors', 'w.onnx', 'w.npy', 'w.bin', 'w.dat']) expect(await findings(check, withFiles({ [name]: pickle }))).not.toEqual([]);
  for (const name of ['w.safetensors', 'w.onnx', 'w.npy', 'w.bin', 'w.dat']) expect(await findings(check, withFiles({ [name]: "cos\nsystem\n(S'true'\ntR." }))).not.toEqual([]);
});

test('an inspector that breaks breaks the check, which then refuses', async () => {
  const broken = modelFormats(() => { throw new Error('broken'); });
  await expect(findings(broken, withFiles({ 'a.onnx': 'x' }))).rejects.toThrow('broken');
});
