import { spawn } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isByomlError } from '@byoml/core';
import { inFolder } from '@byoml/core/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { appendOnce } from './append.ts';

const linesOf = (...names: readonly string[]): string => names.map((name) => `{"user":"${name}"}\n`).join('');
const inFile = (use: (file: string) => Promise<void>, name = 'all.jsonl'): Promise<void> => inFolder((folder) => use(join(folder, name)));

/** What a run adds: two lines named after it, or those given. */
async function add(file: string, run: string, text = linesOf(`${run}1`, `${run}2`), headed = false): Promise<void> {
  await writeFile(`${file}.part`, text);
  await appendOnce(file, { part: `${file}.part`, run, headed });
}

const users = async (file: string): Promise<string[]> => (await readFile(file, 'utf8')).split('\n').filter(Boolean).map((line) => (JSON.parse(line) as { user: string }).user);
const failure = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'nothing', (error: unknown) => (isByomlError(error) ? `${error.code}: ${error.message}` : String(error)));

test('each run is there once, also when it is repeated', () =>
  inFile(async (file) => {
    for (const run of ['a', 'b', 'b', 'c', 'a', 'b', 'c']) await add(file, run);
    expect(await users(file)).toEqual(['a1', 'a2', 'b1', 'b2', 'c1', 'c2']);
    await add(file, 'c', linesOf('c3'));
    expect(await users(file)).toEqual(['a1', 'a2', 'b1', 'b2', 'c3']);
  }));

test('a run without rows adds nothing and makes the file', () =>
  inFile(async (file) => {
    await add(file, 'a', '');
    expect(await readFile(file, 'utf8')).toBe('');
    await add(file, 'b');
    await add(file, 'a', '');
    expect(await users(file)).toEqual(['b1', 'b2']);
  }));

test('a header is there once; rows with other columns are refused and nothing changes', () =>
  inFile(async (file) => {
    for (const run of ['a', 'b', 'b']) await add(file, run, `user,n\n${run},1\n`, true);
    expect(await readFile(file, 'utf8')).toBe('user,n\na,1\nb,1\n');
    expect(await failure(add(file, 'c', 'user,m\nc,1\n', true))).toBe(`WRITE_FAILED: ${file} has the columns user,n, but the rows to add have user,m; nothing was added`);
    await add(file, 'd', 'user,n\nd,1\n', true);
    expect(await readFile(file, 'utf8')).toBe('user,n\na,1\nb,1\nd,1\n');
  }, 'all.csv'));

// Where a run can be stopped: its record is written, or some of its bytes, or all of them but not that they are all.
const whole = linesOf('b1', 'b2');
test.each(Array.from({ length: whole.length + 1 }, (_, bytes) => bytes))('a run stopped after %i bytes is cut off by whoever writes next, and whole when repeated', async (bytes) => {
  for (const next of [['b'], ['c', 'b'], ['c', 'c', 'b', 'c']])
    await inFile(async (file) => {
      await add(file, 'a');
      const { length: from } = await readFile(file);
      const record = JSON.parse(await readFile(`${file}.byoml`, 'utf8')) as object;
      await writeFile(`${file}.byoml`, JSON.stringify({ ...record, open: { run: 'b', from, to: from + whole.length } }));
      await appendFile(file, whole.slice(0, bytes));
      for (const run of next) await add(file, run);
      expect((await users(file)).toSorted()).toEqual(['a1', 'a2', 'b1', 'b2', ...(next.includes('c') ? ['c1', 'c2'] : [])]);
    });
});

test('a run stopped while it replaced what it had added is whole when repeated', () =>
  inFile(async (file) => {
    for (const run of ['a', 'b']) await add(file, run);
    const record = JSON.parse(await readFile(`${file}.byoml`, 'utf8')) as { done: Array<{ from: number; to: number }> };
    const [first, second] = record.done;
    await writeFile(`${file}.byoml`, JSON.stringify({ open: second, done: [first] }));
    await truncate(file, second?.from);
    for (const run of ['c', 'b']) await add(file, run);
    expect(await users(file)).toEqual(['a1', 'a2', 'c1', 'c2', 'b1', 'b2']);
  }));

test('lines of others stay, whole ones get their line break, a torn record is removed', async () => {
  for (const [theirs, kept] of [[linesOf('x'), ['x']], [linesOf('x').trimEnd(), ['x']], [`${linesOf('x')}{"user":"to`, ['x']], ['{"us', []], ['\n', []]] as const)
    await inFile(async (file) => {
      await writeFile(file, theirs);
      for (const run of ['a', 'a']) await add(file, run);
      expect(await users(file)).toEqual([...kept, 'a1', 'a2']);
    });
});

test('lines that others add between runs stay, and a run before them is not added again', () =>
  inFile(async (file) => {
    await add(file, 'a');
    await appendFile(file, linesOf('x'));
    for (const run of ['a', 'b', 'a']) await add(file, run);
    expect(await users(file)).toEqual(['a1', 'a2', 'x', 'b1', 'b2']);
  }));

test('a file that was moved away or emptied is begun anew', async () => {
  for (const empty of [(file: string) => rm(file), (file: string) => truncate(file, 0)])
    await inFile(async (file) => {
      for (const run of ['a', 'b']) await add(file, run, `user\n${run}\n`, true);
      await empty(file);
      for (const run of ['b', 'a']) await add(file, run, `user\n${run}\n`, true);
      expect(await readFile(file, 'utf8')).toBe('user\nb\na\n');
    }, 'all.csv');
});

test('what cannot be written or read is named', () =>
  inFile(async (file) => {
    await mkdir(file);
    expect(await failure(add(file, 'a'))).toContain(`WRITE_FAILED: ${file} could not be written`);
    await rm(file, { recursive: true });
    for (const record of ['{', '[]', '{"open":null,"done":[{"run":"a","from":-1,"to":0}]}']) {
      await writeFile(`${file}.byoml`, record);
      expect(await failure(add(file, 'a'))).toContain(`FILE_CORRUPT: ${file}.byoml`);
    }
  }));

test('whatever runs come in whatever order, each is there once', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 }), (runs) =>
      inFile(async (file) => {
        await writeFile(file, '');
        for (const run of runs) await add(file, run);
        expect(await users(file)).toEqual([...new Set(runs)].flatMap((run) => [`${run}1`, `${run}2`]));
      })),
    { numRuns: 30 },
  ));

// Adds runs from a number on, for ever; says each that it has added.
const endless = (file: string, from: number): string => `
  const { appendOnce } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'append.ts')).href)});
  const { writeFile } = await import('node:fs/promises');
  for (let run = ${from}; ; run++) {
    await writeFile(${JSON.stringify(`${file}.part`)}, Array.from({ length: 3000 }, (_, i) => JSON.stringify({ user: run + '-' + i }) + '\\n').join(''));
    await appendOnce(${JSON.stringify(file)}, { part: ${JSON.stringify(`${file}.part`)}, run: String(run), headed: false });
    console.log(run);
  }`;

/** Kills the process once it has added some runs, at whatever it is doing then; answers the last run it said. */
async function killed(file: string, from: number, after: number): Promise<number> {
  const child = spawn(process.execPath, ['--conditions=@byoml/source', '--input-type=module', '--eval', endless(file, from)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = from - 1;
  for await (const line of createInterface({ input: child.stdout })) {
    said = Number(line);
    if (said === from + after) child.kill('SIGKILL');
  }
  return said;
}

test.skipIf(process.platform === 'win32')('after kill -9 at any moment every run that said it was added is there once', () =>
  inFile(async (file) => {
    let next = 0;
    for (const after of [0, 2, 1, 3]) next = (await killed(file, next, after)) + 1;
    await add(file, String(next), linesOf(`${next}-0`));
    const found = await users(file);
    expect(found).toHaveLength(3000 * next + 1);
    expect(new Set(found).size).toBe(found.length);
    expect(new Set(found.map((name) => Number(name.split('-')[0])))).toEqual(new Set(Array.from({ length: next + 1 }, (_, i) => i)));
    expect((await readdir(join(file, '..'))).toSorted()).toEqual(['all.jsonl', 'all.jsonl.byoml', 'all.jsonl.part']);
  }));
