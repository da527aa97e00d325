import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bytesOf, evilPickle, field, littleEndian, npyOf, onnxOf, nodeOf, zipOf } from '../bytes.test.fixture.ts';
import { inspectModel } from '../inspect.ts';

const text = (content: string): Uint8Array => bytesOf(content);
const calls = [{ entry: 'm/data.pkl', module: 'posix', name: 'system' }, { opcode: 'REDUCE' }];

test.each([['stored', true], ['deflated', false]])('the %s pickle of a torch archive is named with its call', (_, stored) => {
  const bytes = zipOf([{ name: 'm/data.pkl', content: evilPickle, stored }, { name: 'm/data/0', content: bytesOf('\x80\x02\0\0'), stored: true }, { name: 'm/version', content: text('3\n') }]);
  const found = inspectModel('m.pt', bytes);
  expect(found).toMatchObject({ format: 'torch', verdict: 'runs-code', facts: { pickles: expect.arrayContaining(['m/data.pkl']), calls } });
  expect(found.findings[0]?.message).toBe('m/data.pkl: a pickle calls posix.system; opening it runs that');
});

test('a TorchScript archive is a program, whatever its pickles say', () => {
  const bytes = zipOf([{ name: 'm/constants.pkl', content: bytesOf('\x80\x02).') }, { name: 'm/code/__torch__.py', content: text('def f(): ...') }]);
  expect(inspectModel('m.pt', bytes)).toMatchObject({ format: 'torchscript', verdict: 'runs-code', findings: [{ message: expect.stringContaining('TorchScript') }] });
});

test('a pickle keeps its name under other names, in zips in zips', () => {
  const inner = zipOf([{ name: 'readme.txt', content: evilPickle }]);
  const bytes = zipOf([{ name: 'a.zip', content: inner }]);
  expect(inspectModel('model.zip', bytes)).toMatchObject({ format: 'zip', verdict: 'runs-code', findings: [{ message: expect.stringMatching(/^a\.zip: readme\.txt: a pickle calls posix\.system/) }] });
});

test('a zip around a safe model is no model', () => {
  expect(inspectModel('m.zip', zipOf([{ name: 'm.onnx', content: onnxOf(nodeOf('Add')) }]))).toMatchObject({ format: 'zip', verdict: 'unknown', findings: [{ hint: expect.stringContaining('Unpack') }] });
});

test('an npz of numbers is safe, one of objects is not', () => {
  const numbers = { name: 'a.npy', content: npyOf("'<f4'", '(2,)', new Uint8Array(8)) };
  expect(inspectModel('w.npz', zipOf([numbers]))).toMatchObject({ format: 'npz', verdict: 'safe', findings: [] });
  expect(inspectModel('w.npz', zipOf([numbers, { name: 'b.npy', content: npyOf("'|O'", '(1,)', evilPickle) }]))).toMatchObject({ verdict: 'runs-code', findings: [{ message: expect.stringContaining('posix.system') }, {}] });
  expect(inspectModel('w.npz', zipOf([numbers, { name: 'b.npy', content: text('nothing') }]))).toMatchObject({ verdict: 'unknown' });
});

const plain = { name: 'a.npy', content: npyOf("'<f4'", '(2,)', new Uint8Array(8)), stored: true };
const honest = zipOf([plain]);
const atEnd = (count: number, ...replacement: readonly (string | number | Uint8Array)[]): Uint8Array => {
  const bytes = bytesOf(honest);
  bytes.set(bytesOf(...replacement), bytes.length - count);
  return bytes;
};

test.each([
  ['an encrypted entry', zipOf([{ ...plain, says: { flags: 1 } }]), 'encrypted'],
  ['an unknown method', zipOf([{ ...plain, says: { method: 93 } }]), 'method 93'],
  ['a checksum that differs', zipOf([{ ...plain, says: { crc: 1 } }]), 'checksum'],
  ['a size that differs', zipOf([{ ...plain, stored: false, says: { size: 3 } }]), 'cannot be unpacked'],
  ['a stored size that differs', zipOf([{ ...plain, says: { size: 3 } }]), 'directory says 3'],
  ['a bomb', zipOf([{ ...plain, stored: false, says: { size: 2 ** 31 } }]), 'left to unpack'],
  ['a name that leaves the folder', zipOf([{ ...plain, name: '../a.npy' }]), 'leaves the folder'],
  ['an absolute name', zipOf([{ ...plain, name: '/a.npy' }]), 'leaves the folder'],
  ['another name in the local header', zipOf([{ ...plain, says: { localName: 'b.npy' } }]), 'another name'],
  ['a name that stands twice', zipOf([plain, plain]), 'twice'],
  ['an entry inside another', zipOf([{ name: 'b', content: zipOf([plain]), stored: true }, { ...plain, says: { offset: 31 } }]), 'overlaps'],
  ['data that reaches into the directory', zipOf([{ ...plain, says: { packed: 200 } }]), 'reaches into the directory'],
  ['an entry behind the directory', zipOf([{ ...plain, says: { offset: 10_000 } }]), 'no local header'],
  ['bytes before the archive', bytesOf('PK\x03\x04', honest), 'not where its end record says'],
  ['bytes behind the archive', bytesOf(honest, 'x'), 'comment'],
  ['more entries than it holds', atEnd(14, 9, 0, 9, 0), 'is missing'],
  ['fewer entries than it holds', atEnd(14, 0, 0, 0, 0), 'more than its entries'],
  ['a 64-bit size without a record of it', atEnd(6, 0xff, 0xff, 0xff, 0xff), '64-bit'],
  ['a part of several', atEnd(18, 1, 0), 'one part of several'],
  ['no end record', bytesOf('PK\x03\x04', new Uint8Array(60)), 'no end record'],
])('%s: malformed, and it says why', (_, bytes, why) => {
  const { verdict, findings } = inspectModel('w.npz', bytes);
  expect(verdict).toBe('malformed');
  expect(findings.map(({ message }) => message).join('\n')).toContain(why);
});

test('a second archive in the comment of the first is not overlooked', () => {
  const fake = zipOf([]);
  const end = honest.length - 22;
  const comment = bytesOf(fake, 'x');
  const bytes = bytesOf(honest.subarray(0, end + 20), littleEndian(comment.length, 2), comment);
  expect(inspectModel('w.npz', bytes)).toMatchObject({ verdict: 'malformed' });
});

test('many small bombs share one limit', () => {
  const zeros = new Uint8Array(1 << 26);
  const inner = zipOf([{ name: 'z', content: zeros }]);
  const bytes = zipOf(Array.from({ length: 40 }, (_, i) => ({ name: `${i}.zip`, content: inner, stored: true })));
  const started = performance.now();
  const { verdict, findings } = inspectModel('m.zip', bytes);
  expect(verdict).toBe('malformed');
  expect(findings.filter(({ message }) => message.includes('left to unpack'))).toHaveLength(36);
  expect(performance.now() - started).toBeLessThan(20_000);
});

test('gzips in a zip share that limit as well: behind it everything is hidden, and refused', () => {
  const bomb = new Uint8Array(gzipSync(new Uint8Array(1 << 26)));
  const bombs = (count: number): unknown => inspectModel('m.zip', zipOf([...Array.from({ length: count }, (_, i) => ({ name: `${i}`, content: bomb, stored: true })), { name: 'last', content: new Uint8Array(gzipSync(evilPickle)), stored: true }]));
  expect([bombs(2), bombs(9)]).toMatchObject([{ verdict: 'runs-code' }, { verdict: 'unknown' }]);
});

test('zips in zips are looked into only so far', () => {
  let bytes = evilPickle;
  for (let i = 0; i < 9; i++) bytes = zipOf([{ name: 'a.zip', content: bytes, stored: true }]);
  expect(inspectModel('m.zip', bytes)).toMatchObject({ verdict: 'malformed', findings: expect.arrayContaining([expect.objectContaining({ message: expect.stringContaining('too deep') })]) });
});

test('an ONNX model that is a zip as well is refused', () => {
  expect(inspectModel('m.onnx', onnxOf(nodeOf('Add'), field(99, honest)))).toMatchObject({ format: 'onnx', verdict: 'malformed', findings: [{ message: expect.stringContaining('ends as a zip') }] });
});

test('an archive behind other bytes is seen as the archive it is to others', () => {
  expect(inspectModel('m.bin', bytesOf('GIF89a', honest))).toMatchObject({ format: 'zip', verdict: 'malformed', findings: [{ message: expect.stringContaining('not where its end record says') }] });
});

const python = spawnSync('python3', ['-c', 'import zipfile'], { stdio: 'ignore' }).status === 0;
const written = `
import io, sys, zipfile, pickle, os
class Evil:
    def __reduce__(self): return os.system, ("true",)
file = io.BytesIO()
with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
    with archive.open("m/data.pkl", "w", force_zip64=True) as entry: entry.write(pickle.dumps(Evil(), int(sys.argv[1])))
    archive.writestr("m/version", "3")
sys.stdout.buffer.write(file.getvalue())
`;
test.skipIf(!python)('archives that Python wrote, with 64-bit headers, are read (needs python3)', () => {
  for (const protocol of ['0', '2', '5']) {
    const { stdout } = spawnSync('python3', ['-c', written, protocol]);
    const found = inspectModel('m.pt', stdout);
    expect(found).toMatchObject({ format: 'torch', verdict: 'runs-code' });
    expect(found.findings.map(({ message }) => message)).toEqual([expect.stringMatching(/data\.pkl: a pickle calls (posix|nt)\.system/), expect.stringContaining('torch archive')]);
  }
});
