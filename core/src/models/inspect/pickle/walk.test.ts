import { expect, test } from 'vitest';
import { bytesOf, littleEndian, shortText } from '../bytes.test.fixture.ts';
import { inspectModel, refuseUnsafeModel } from '../inspect.ts';
import { callText } from './calls.ts';
import { opcodes } from './opcodes.ts';
import { walkPickle } from './walk.ts';

const frame = (content: Uint8Array): Uint8Array => bytesOf(0x95, littleEndian(content.length, 8), content);
const named = (bytes: Uint8Array): string[] => walkPickle(bytes).calls.map((call) => `${call.opcode} ${callText(call)}`);

const framed = bytesOf('\x80\x04', frame(bytesOf(shortText('posix'), '\x94', shortText('system'), '\x94\x93\x94', shortText('id'), '\x94\x85\x94R\x94.')));
const evil: Readonly<Record<string, readonly [bytes: Uint8Array, calls: readonly string[]]>> = {
  'protocol 0: GLOBAL': [bytesOf("cos\nsystem\n(S'id'\ntR."), ['GLOBAL os.system', 'REDUCE os.system']],
  'protocol 0: INST': [bytesOf("(S'id'\nios\nsystem\n."), ['INST os.system']],
  'protocol 0 behind a dictionary': [bytesOf("(dp0\nS'w'\np1\ncposix\nsystem\np2\n(S'id'\np3\ntp4\nRp5\ns."), ['GLOBAL posix.system', 'REDUCE posix.system']],
  'protocol 1: OBJ': [bytesOf('(cos\nsystem\nX\x02\0\0\0ido.'), ['GLOBAL os.system', 'OBJ os.system']],
  'protocol 2: GLOBAL': [bytesOf('\x80\x02cposix\nsystem\nq\0X\x02\0\0\0idq\x01\x85q\x02Rq\x03.'), ['GLOBAL posix.system', 'REDUCE posix.system']],
  'protocol 2: NEWOBJ and BUILD': [bytesOf('\x80\x02cacme\nModel\n)\x81}b.'), ['GLOBAL acme.Model', 'NEWOBJ acme.Model', 'BUILD acme.Model.__setstate__']],
  'protocol 2: an extension': [bytesOf('\x80\x02\x82\x07)R.'), ['EXT1 copyreg.extension 7', 'REDUCE copyreg.extension 7']],
  'protocol 4: STACK_GLOBAL through the memo': [bytesOf('\x80\x04', shortText('system'), '\x940', shortText('posix'), '\x94h\0\x93', shortText('id'), '\x85R.'), ['STACK_GLOBAL posix.system', 'REDUCE posix.system']],
  'protocol 4: framed': [framed, ['STACK_GLOBAL posix.system', 'REDUCE posix.system']],
  'protocol 4: NEWOBJ_EX': [bytesOf('\x80\x04cacme\nModel\n)}\x92.'), ['GLOBAL acme.Model', 'NEWOBJ_EX acme.Model']],
  'protocol 5: nested eval': [
    bytesOf('\x80\x05](cbuiltins\neval\ncbuiltins\ncompile\n(', shortText('1+1'), shortText(''), shortText('eval'), 'tR\x85Re.'),
    ['GLOBAL builtins.eval', 'GLOBAL builtins.compile', 'REDUCE builtins.compile', 'REDUCE builtins.eval'],
  ],
  'what a call answers is called': [
    bytesOf('\x80\x04cpkgutil\nresolve_name\n', shortText('os:system'), '\x85R', shortText('id'), '\x85R.'),
    ['GLOBAL pkgutil.resolve_name', 'REDUCE pkgutil.resolve_name', 'REDUCE pkgutil.resolve_name()'],
  ],
  'a name made of escapes': [bytesOf("V\\u006fs\nS'\\x73ystem'\n\x93)R."), ['STACK_GLOBAL os.system', 'REDUCE os.system']],
  'a name made by a call': [bytesOf('cbuiltins\nchr\nK\x41\x85R', shortText('x'), '\x93.'), ['GLOBAL builtins.chr', 'REDUCE builtins.chr', 'STACK_GLOBAL (computed).x']],
  'a duplicate of a global': [bytesOf('\x80\x02cos\nsystem\n2)R.'), ['GLOBAL os.system', 'REDUCE os.system']],
  'a persistent id': [bytesOf('\x80\x02K\x01Q.'), ['BINPERSID persistent_load']],
  'a persistent id of protocol 0': [bytesOf('P17\n.'), ['PERSID persistent_load']],
};

test.each(Object.entries(evil))('%s: what it calls is named', (_, [bytes, calls]) => {
  expect([walkPickle(bytes).whole, named(bytes)]).toEqual([true, calls]);
});

test.each(Object.entries(evil).filter(([name]) => !name.includes('persistent id of')))('%s: it is refused by that name', (_, [bytes]) => {
  expect(inspectModel('model.bin', bytes)).toMatchObject({ format: 'pickle', verdict: 'runs-code' });
});

test('what a pickle calls before it breaks is named, wherever it breaks after that', () => {
  const whole = evil['protocol 2: GLOBAL']?.[0] ?? new Uint8Array();
  const reduce = whole.lastIndexOf('R'.charCodeAt(0));
  for (let end = reduce + 1; end < whole.length; end++) expect([walkPickle(whole.subarray(0, end)).whole, named(whole.subarray(0, end))]).toEqual([false, ['GLOBAL posix.system', 'REDUCE posix.system']]);
  for (const tail of ['\xff', 'X\xff\xff\xff\xff', '0000', 'no pickle']) {
    const broken = bytesOf(whole.subarray(0, reduce + 1), tail);
    expect(inspectModel('weights.pkl', broken)).toMatchObject({ verdict: 'runs-code', facts: { whole: false, calls: [{ module: 'posix', name: 'system', offset: 2 }, { opcode: 'REDUCE' }] } });
  }
});

test('a broken protocol 0 pickle without any header is found by its call', () => {
  const refused = inspectModel('model.onnx', bytesOf("cos\nsystem\n(S'id'\ntR and then nonsense"));
  expect(refused).toMatchObject({ format: 'pickle', verdict: 'runs-code' });
  expect(refused.findings.map(({ message }) => message)).toEqual([expect.stringContaining('os.system'), expect.stringMatching(/broken.*run all the same/), expect.stringContaining('its name says onnx')]);
});

test('a second pickle behind a harmless first one is walked too', () => {
  expect(inspectModel('m.pkl', bytesOf('\x80\x02K\x01.', evil['protocol 2: GLOBAL']?.[0] ?? ''))).toMatchObject({ verdict: 'runs-code', facts: { pickles: 2 } });
});

test('the refusal names the call and what to do', () => {
  const refuse = (): unknown => refuseUnsafeModel('models/m.pkl', framed);
  expect(refuse).toThrow(/^models\/m\.pkl: a pickle calls posix\.system; .*ONNX or safetensors/);
  expect(refuse).toThrow(expect.objectContaining({ code: 'MODEL_FORMAT_REFUSED', exit: 5 }));
});

test('a pickle of plain data calls nothing', () => {
  const plain = bytesOf('\x80\x04}(', shortText('a'), ']', '(K\x01K\x02e', shortText('b'), 'G\x3f\xf0\0\0\0\0\0\0u.');
  expect(walkPickle(plain)).toEqual({ protocol: 4, calls: [], whole: true, opcodes: 13, end: plain.length });
  expect(inspectModel('data.pkl', plain)).toMatchObject({ format: 'pickle', verdict: 'safe', findings: [] });
});

test.each([
  ['an unknown protocol', bytesOf('\x80\x06N.'), 'protocol 6'],
  ['no STOP', bytesOf('\x80\x02N'), 'without STOP'],
  ['an unknown opcode', bytesOf('\x80\x02\xff'), '0xff is no opcode'],
  ['a length bomb', bytesOf('\x80\x04\x8e', littleEndian(2 ** 53, 8)), 'before what it announces'],
  ['a negative length', bytesOf('\x80\x02T\xff\xff\xff\xff'), 'negative'],
  ['a frame that is too long', bytesOf('\x80\x04\x95', littleEndian(99, 8), 'N.'), 'frame'],
  ['a value that was never made', bytesOf('\x80\x02R'), 'never made'],
  ['a value below the mark', bytesOf('\x80\x02N(\x85.'), 'never made'],
  ['a mark that was never set', bytesOf('\x80\x02Nt.'), 'never set'],
  ['a memory that was never kept', bytesOf('\x80\x02h\x01.'), 'never remembered'],
  ['a string without quotes', bytesOf('Sid\n.'), 'quotes'],
  ['marks without end', bytesOf('\x80\x02', '('.repeat(20_000)), 'deeper than'],
  ['more values than are kept', bytesOf('\x80\x02', 'N'.repeat(1_000_001)), 'stacks more than'],
])('%s: broken, and it says why', (_, bytes, why) => {
  expect(walkPickle(bytes)).toMatchObject({ whole: false, why: expect.stringContaining(why) });
});

test('names are shown without what a terminal would obey, and cut', () => {
  const [call] = walkPickle(bytesOf('c\x1b[31m\n', 'n'.repeat(5000), '\n.')).calls;
  expect(call && callText(call)).toBe(`\uFFFD[31m.${'n'.repeat(194)}…`);
});

test('there are the 68 opcodes of protocols 0 to 5', () => {
  expect(opcodes.filter((opcode) => opcode !== undefined)).toHaveLength(68);
});
