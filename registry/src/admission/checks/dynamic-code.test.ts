import { describe, expect, test } from 'vitest';
import { findings, libraryOf, withFields, withFiles } from '../findings.test.fixture.ts';
import { sampleFiles } from '../sample-package.ts';
import { dynamicCode } from './dynamic-code.ts';

const code = (text: string, path = 'dist/score.js') => findings(dynamicCode, withFiles({ [path]: text }));
const library = (text: string) => findings(dynamicCode, libraryOf({ 'dist/score.js': text }));

test('plain code is accepted', async () => {
  expect(await findings(dynamicCode, sampleFiles())).toEqual([]);
  const plain = [
    "#!/usr/bin/env node\nimport { readFile } from 'node:fs/promises';", "import fs from 'fs'; import { Worker } from 'node:worker_threads'; new Worker(new URL('./worker.js', import.meta.url));", "await import('./other.js'); await import(`yaml`); await import(new URL('./x.js', import.meta.url).href);",
    "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); require('./data.json'); require.resolve(name);", 'x instanceof Function; typeof Function; Function.prototype.call; fn.constructor.name;', 'model.eval(); scope.eval("1+1"); this.constructor(a); new this.constructor(b); new x.constructor(1);',
    'process.env[name]; process.argv; process.memoryUsage(); process.hrtime.bigint();', "globalThis[Symbol.for('a')]; globalThis.fetch('x'); globalThis.crypto;", 'setTimeout(() => 1, 10); setTimeout(run, 10);', "const { env, argv } = process; const { fetch } = globalThis;", "export * from './score.js'; export { z } from 'zod'; export const x = 1; export default x;",
    "function binding() {} const o = { eval: 1, Function: 2 }; o.binding();", "new Worker('./w.js', { eval: false });",
  ];
  for (const text of plain) expect([text, await code(text, 'dist/other.js')]).toEqual([text, []]);
  expect(await code("const fs = require('fs'); module.exports = 1; return;", 'a.cjs')).toEqual([]);
  expect(await code('with (a) { b }', 'a.cjs')).toEqual([]);
});

describe('code that nobody can see before it runs is refused', () => {
  test.each([
    ['eval', 'eval(x)'], ['eval', '(0, eval)(x)'], ['eval', 'const e = eval; e(x)'], ['eval', 'globalThis.eval(x)'], ['eval', "globalThis['ev' + 'al'](x)"], ['eval', 'const { eval: e } = globalThis'], ['eval', 'const g = global; g.eval(x)'], ['eval', 'window?.eval(x)'], ['eval', '[eval].map((f) => f(x))'],
    ['Function', 'new Function(x)'], ['Function', 'Function(x)()'], ['Function', 'const F = Function; new F(x)'], ['Function', 'Reflect.construct(Function, [x])'], ['Function', 'new globalThis.Function(x)'], ['Function', 'const { Function: F } = globalThis'],
    ['constructor of a function', '(() => {}).constructor(x)()'], ['constructor of a function', 'const A = (async function () {}).constructor'], ['constructor of a function', 'Object.getPrototypeOf(async () => {}).constructor(x)'], ['constructor of a function', 'a.constructor.constructor(x)()'], ['constructor of a function', "a['constructor']['constr' + 'uctor'](x)"],
    ['constructor with a text', "fn.constructor('return process')()"], ['setTimeout with a text', "setTimeout('steal()', 1)"], ['setInterval with a text', 'setInterval(`steal(${x})`, 1)'], ['setTimeout with a text', "globalThis.setTimeout('a' + b)"], ['a name that is made', 'globalThis[x](y)'], ['a name that is made', 'new globalThis[x](y)'],
    ['"node:vm"', "import vm from 'node:vm'"], ['"vm"', "const vm = require('vm')"], ['"vm"', "await import('v' + 'm')"], ['"vm"', "export * from 'vm'"], ['"repl"', "import 'repl'"], ['"node:inspector"', "import 'node:inspector'"],
    ['process.binding', "process.binding('spawn_sync')"], ['process.binding', "process['bind' + 'ing']('x')"], ['process._linkedBinding', "process._linkedBinding('x')"], ['process.dlopen', 'process.dlopen(m, f)'], ['process.getBuiltinModule', "process.getBuiltinModule('fs')"], ['process.mainModule', "process.mainModule.require('x')"],
    ['process.binding', "const p = process; p.binding('x')"], ['process.binding', "import p from 'node:process'; p.binding('x')"], ['process.binding', "globalThis.process.binding('x')"], ['process.dlopen', "const p = require('process'); p.dlopen(m)"], ['"dlopen"', 'const { dlopen } = process'], ['"getBuiltinModule"', 'let g; ({ getBuiltinModule: g } = process)'], ['"getBuiltinModule"', "import { getBuiltinModule } from 'process'"],
    ['getBuiltinModule', "x.getBuiltinModule('fs')"], ['something of process', 'process[name](x)'], ['"child_process"', "import { exec } from 'child_process'"], ['"node:child_process"', "require('node:child_process')"], ['"cluster"', "import 'cluster'"],
    ['a worker with "eval"', 'new Worker(text, { eval: true })'], ['a worker with "eval"', 'new threads.Worker(text, { eval: yes })'], ['code from "data:', "new Worker(new URL('data:text/javascript,1', import.meta.url))"], ['code from "data:', "import('data:text/javascript,1')"], ['code from "https:', "import 'https://example.test/x.js'"], ['code from "/etc', "import '/etc/x.js'"],
    ['outside the package', "import '../../other/x.js'"], ['made while it runs', 'import(name)'], ['made while it runs', 'require(name)'], ['made while it runs', 'import(`./${name}.js`)'], ['made while it runs', "import { createRequire } from 'module'; const load = createRequire(import.meta.url); load(name)"],
    ['"register"', "import { register } from 'node:module'"], ['_load', "Module._load('x')"], ['setFlagsFromString', "v8.setFlagsFromString('--x')"],
  ])('%s: %s', async (what, text) => {
    expect(await code(text)).toEqual(expect.arrayContaining([expect.stringMatching(/^dist\/score\.js:1: /)]));
    expect((await code(text)).join()).toContain(what);
  });

  test('with the line, once a kind, in the order of the text', async () => {
    expect(await code('1;\neval(a);\neval(b);\nnew Function(c);')).toEqual([expect.stringContaining('score.js:2: it uses eval'), expect.stringContaining('score.js:4: it uses the constructor Function')]);
  });

  test('in a library or a command line a person decides', async () => {
    for (const text of ['eval(x)', "import 'child_process'", 'import(name)']) expect(await library(text)).toEqual([expect.stringMatching(/^\? dist\/score\.js:1: /)]);
  });

  test('require that is handed on is held with plugins too', async () => {
    expect(await code('const load = require; module.exports = { require };', 'a.cjs')).toEqual([expect.stringMatching(/^\? /)]);
  });
});

describe('programs are found whatever they are called', () => {
  test.each([
    ['dist/a.mjs', {}, 'eval(x)'], ['a.cjs', {}, 'eval(x)'], ['run', { bin: { quiet: './run' } }, 'eval(x)'], ['main.txt', { main: 'main.txt' }, 'eval(x)'], ['data', { exports: { './x': { node: './data' } } }, 'eval(x)'], ['tool', {}, '#!/usr/bin/env node\neval(x)'], ['a.jsx', {}, 'eval(x)'],
  ])('%s', async (path, fields, text) => {
    expect(await findings(dynamicCode, withFields(fields, { [path]: text }))).toEqual([expect.stringContaining('it uses eval')]);
  });

  test('a text that is required as code', async () => {
    expect(await findings(dynamicCode, withFiles({ 'a.cjs': "require('./notes.txt')", 'notes.txt': 'eval(x)' }))).toEqual([expect.stringContaining('as code, which no name of a program ends like')]);
    expect(await findings(dynamicCode, withFiles({ 'dist/score.js': "import('../blob')", blob: 'x' }))).toHaveLength(1);
  });
});

describe('programs that cannot be read', () => {
  test.each([['broken', 'const = 1'], ['another language', 'const x: number = 1; export {}'], ['nested without end', '('.repeat(200_000)], ['nested and whole', `${'['.repeat(50_000)}${']'.repeat(50_000)}`], ['a sum without end', `x = ${'1+'.repeat(100_000)}1`]])('%s is refused', async (_, text) => {
    expect(await code(text)).toEqual(expect.arrayContaining([expect.stringMatching(/^dist\/score\.js: it cannot be read as JavaScript/)]));
  });

  test('one that is no text is refused, one that is too large is held', async () => {
    expect(await findings(dynamicCode, withFiles({ 'dist/score.js': Buffer.from([0x61, 0xff]) }))).toEqual([expect.stringContaining('is not UTF-8')]);
    expect(await code('1;\n'.repeat(800_000))).toEqual([expect.stringMatching(/^\? dist\/score\.js: it is a program of 2400000 bytes/)]);
  });

  test.each([
    ['minified', `${'var a=1,b=2,c=a+b;'.repeat(400)}\n`], ['one endless line', `${'\n'.repeat(1000)}var a = [${'1, '.repeat(10_000)}];\n`], ['obfuscated', Array.from({ length: 30 }, (_, index) => `var _0x3f${index.toString(16).padStart(2, '0')} = 1;\n`).join('')],
    ['a blob', `const x =\n"${Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * index * 31 + index * 7) % 251)).toString('base64')}";\n${'\n'.repeat(20)}`], ['escapes', `const x =\n"${'\\x41'.repeat(300)}";\n${'\n'.repeat(10)}`],
  ])('%s is held for a person', async (_, text) => {
    expect(await code(text)).toEqual([expect.stringMatching(/^\? dist\/score\.js: people cannot read it/)]);
  });
});

describe('programs for the machine', () => {
  test.each(['a.node', 'lib.so', 'lib.so.1.2', 'a.dll', 'a.exe', 'a.dylib', 'run.bat', 'run.ps1', 'A.JAR'])('%s is refused by its name, in a library too', async (path) => {
    expect(await findings(dynamicCode, withFiles({ [path]: 'x' }))).toEqual([expect.stringContaining(`${path}: it is a program for the machine`)]);
    expect(await findings(dynamicCode, libraryOf({ [path]: 'x' }))).toHaveLength(1);
  });

  test.each([['ELF', '7f454c4602010100'], ['Mach-O', 'cffaedfe07000001'], ['Java class', 'cafebabe00000034'], ['Windows', `4d5a9000${'00'.repeat(100)}`], ['WebAssembly under another name', '0061736d01000000']])('%s is refused by its content', async (what, hex) => {
    expect(await findings(dynamicCode, withFiles({ 'logo.png': Buffer.from(hex, 'hex') }))).toEqual([expect.stringContaining(what)]);
  });

  test('a kernel is WebAssembly that belongs to a plugin', async () => {
    const wasm = Buffer.from('0061736d01000000', 'hex');
    expect(await findings(dynamicCode, withFiles({ 'dist/kernel.wasm': wasm }))).toEqual([]);
    expect(await findings(dynamicCode, libraryOf({ 'dist/kernel.wasm': wasm }))).toEqual([expect.stringContaining('without a plugin manifest')]);
    expect(await findings(dynamicCode, withFiles({ 'dist/kernel.wasm': 'no' }))).toEqual([expect.stringContaining('whatever its name says')]);
  });

  test('a text that begins with MZ is a text', async () => {
    expect(await findings(dynamicCode, withFiles({ 'notes.txt': `MZ ${'x'.repeat(100)}` }))).toEqual([]);
  });
});
