import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bomb } from '../package/pack.test.fixture.ts';
import type { RawEntry } from '../package/pack.ts';
import { signal } from '../server/registry.test.fixture.ts';
import { removeTemporaryFolders, temporaryFolder } from '../storage/scratch.test.fixture.ts';
import { admittingWithout, guarded, publishCrafted, refusedBy, withEntries, type Crafted } from './attack.test.fixture.ts';

afterAll(removeTemporaryFolders);

/** Refused with a reason, and nothing of it is anywhere. */
async function expectRefused(plugin: Crafted, check: string): Promise<void> {
  await using rig = await guarded();
  const response = await publishCrafted(rig, plugin);
  expect([response.statusCode, response.json()]).toEqual([422, refusedBy(check)]);
  expect([await Array.fromAsync(rig.storage.list('npm/', signal)), rig.registry.packages.history.head.number]).toEqual([[], 0]);
}

test('what the attacks are made from is accepted', async () => {
  await using rig = await guarded();
  expect((await publishCrafted(rig)).statusCode).toBe(201);
});

describe('attack 1: a script that runs on install', () => {
  test.each(['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'])('a package with %s is refused', async (event) => {
    await expectRefused({ fields: { scripts: { [event]: 'node steal.js' } } }, 'lifecycle-scripts');
  });

  test('also one that npm would make up itself, from a binding.gyp', async () => {
    await expectRefused({ files: { 'binding.gyp': '{}' } }, 'lifecycle-scripts');
  });

  test('without the check it is served, and npm would run it', async () => {
    await using rig = await guarded({ admit: admittingWithout('lifecycle-scripts') });
    expect((await publishCrafted(rig, { fields: { scripts: { postinstall: 'node steal.js' } } })).statusCode).toBe(201);
    expect((await rig.ask('GET', '/@acme/quiet-hours/1.0.0')).json()).toMatchObject({ hasInstallScript: true, scripts: { postinstall: 'node steal.js' } });
  });
});

describe('attack 5: the packument says something else than the tarball', () => {
  const hidden = { fields: { scripts: {} }, claims: { scripts: { postinstall: 'node steal.js' } } };

  test.each<[string, Crafted]>([
    ['a script that is not in the tarball', hidden],
    ['a dependency less', { claims: { dependencies: {} } }],
    ['a dependency more', { claims: { dependencies: { semver: '^7.8.0', left: '1.0.0' } } }],
    ['another command', { claims: { bin: { quiet: 'dist/index.js' } } }],
    ['another licence', { claims: { license: 'Apache-2.0' } }],
  ])('%s is refused', async (_, plugin) => {
    await expectRefused(plugin, 'manifest-confusion');
  });

  test('without the check it is accepted; even then readers are told what is in the tarball', async () => {
    await using rig = await guarded({ admit: admittingWithout('manifest-confusion') });
    expect((await publishCrafted(rig, hidden)).statusCode).toBe(201);
    expect((await rig.ask('GET', '/@acme/quiet-hours/1.0.0')).json()).toMatchObject({ scripts: {} });
  });
});

describe('attacks 12 and 33: a tarball that reaches outside, or is more than it seems', () => {
  test.each<[string, RawEntry[]]>([
    ['a path upwards', [{ path: 'package/../../evil.js', bytes: 'x' }]],
    ['an absolute path', [{ path: '/etc/cron.d/evil', bytes: 'x' }]],
    ['a symbolic link', [{ path: 'package/link', type: 'SymbolicLink', linkpath: '/etc/passwd' }]],
    ['a hard link', [{ path: 'package/link', type: 'Link', linkpath: 'package/package.json' }]],
    ['a link to a folder and a file through it', [{ path: 'package/out', type: 'SymbolicLink', linkpath: '../..' }, { path: 'package/out/evil.js', bytes: 'x' }]],
    ['a device', [{ path: 'package/null', type: 'CharacterDevice' }]],
    ['a FIFO', [{ path: 'package/pipe', type: 'FIFO' }]],
    ['names that differ by case', [{ path: 'package/Package.json', bytes: '{}' }]],
    ['a second package.json', [{ path: 'package/package.json', bytes: '{}' }]],
    ['a name with a line break', [{ path: 'package/a\nb', bytes: 'x' }]],
  ])('%s', async (_, entries) => {
    await expectRefused({ tarball: withEntries(...entries) }, 'archive');
  });

  test('a bomb of 300 MB in 291 kB is refused, and the server keeps no memory of it', async () => {
    const tarball = bomb(300_000_000);
    expect(tarball.length).toBeLessThan(400_000);
    const before = process.memoryUsage().arrayBuffers;
    await expectRefused({ tarball }, 'archive');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6);
  });
});

/** A safetensors file with this header. */
function safetensors(header: string, data = 0): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(data)]);
}

const tensor = (from: number, to: number): object => ({ dtype: 'U8', shape: [to - from], data_offsets: [from, to] });

/** A protobuf field with bytes, each shorter than 128. */
const field = (number: number, ...parts: readonly (string | Uint8Array)[]): Buffer => {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  return Buffer.concat([Buffer.from([number * 8 + 2, content.length]), content]);
};
/** An ONNX model of these fields of its graph: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
const onnx = (...graph: readonly Uint8Array[]): Buffer => Buffer.concat([Buffer.from([8, 8]), field(7, ...graph), field(8, Buffer.from([16, 18]))]);
const externalTensor = (location: string): Buffer => field(5, Buffer.from([8, 1, 16, 1]), field(8, 'w'), field(13, field(1, 'location'), field(2, location)), Buffer.from([112, 1]));

describe('attack 18: a model that is a program', () => {
  /** `posix.system('touch FILE')`, in each protocol. */
  const evil = (marker: string): Readonly<Record<string, Buffer>> => ({
    'protocol 0': Buffer.from(`cposix\nsystem\n(S'touch ${marker}'\ntR.`),
    'protocol 2': Buffer.concat([Buffer.from('\x80\x02cposix\nsystem\nX', 'latin1'), Buffer.from([marker.length + 6, 0, 0, 0]), Buffer.from(`touch ${marker}\x85R.`, 'latin1')]),
    'protocol 4': Buffer.concat([Buffer.from('\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c', 'latin1'), Buffer.from([marker.length + 6]), Buffer.from(`touch ${marker}\x85R.`, 'latin1')]),
    'a broken end, which still runs': Buffer.from(`cposix\nsystem\n(S'touch ${marker}'\ntR\xff`, 'latin1'),
  });

  test.each(['protocol 0', 'protocol 2', 'protocol 4', 'a broken end, which still runs'])('a pickle with %s, under any name, is refused and not run', async (kind) => {
    const marker = join(await temporaryFolder(), 'ran');
    const bytes = evil(marker)[kind] ?? Buffer.alloc(0);
    for (const path of ['model.pkl', 'model.bin', 'model.npy', 'model.onnx', 'model.safetensors']) await expectRefused({ files: { [path]: bytes } }, 'model-formats');
    expect(existsSync(marker)).toBe(false);
  });

  test.each([['a 7z', '377abcaf271c0004'], ['a zip', '504b030414000000'], ['an HDF5', '894844460d0a1a0a']])('%s around one is refused, also as a picture', async (_, hex) => {
    for (const path of ['model.bin', 'logo.png']) await expectRefused({ files: { [path]: Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(64)]) } }, 'model-formats');
  });

  test('without the check it is served', async () => {
    await using rig = await guarded({ admit: admittingWithout('model-formats') });
    expect((await publishCrafted(rig, { files: { 'model.pkl': evil('/nowhere')['protocol 4'] ?? '' } })).statusCode).toBe(201);
  });
});

describe('attack 19: a model file that lies', () => {
  test.each<[string, string, Buffer]>([
    ['ONNX weights in a file outside', 'model.onnx', onnx(externalTensor('../../etc/passwd'))],
    ['ONNX weights in an absolute file', 'model.onnx', onnx(externalTensor('/etc/passwd'))],
    ['an ONNX operator of a foreign domain', 'model.onnx', onnx(field(1, field(4, 'Run'), field(7, 'com.evil')))],
    ['a safetensors header of 2⁶³ bytes', 'w.safetensors', Buffer.concat([Buffer.from('ffffffffffffff7f', 'hex'), Buffer.from('{}')])],
    ['a safetensors header longer than the file', 'w.safetensors', Buffer.concat([Buffer.from('00e1f50500000000', 'hex'), Buffer.from('{}')])],
    ['safetensors that overlap', 'w.safetensors', safetensors(JSON.stringify({ a: tensor(0, 4), b: tensor(2, 6) }), 6)],
    ['safetensors with a hole', 'w.safetensors', safetensors(JSON.stringify({ a: tensor(0, 2), b: tensor(4, 6) }), 6)],
    ['safetensors behind the end', 'w.safetensors', safetensors(JSON.stringify({ a: tensor(0, 1 << 30) }), 4)],
    ['a safetensors header of deep brackets', 'w.safetensors', safetensors('['.repeat(100_000))],
  ])('%s is refused', async (_, path, bytes) => {
    await expectRefused({ files: { [path]: bytes } }, 'model-formats');
  });
});
