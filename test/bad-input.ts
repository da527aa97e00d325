import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ErrorCode } from '@byoml/core';

const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');

/** Where one case happens: a folder of its own, with sound accesses and a sound model in it. */
export interface Place {
  readonly dir: string;
  readonly accesses: string;
  readonly model: string;
  /** A path in the folder. */
  readonly at: (name: string) => string;
  /** Writes a file into the folder and names it. */
  readonly file: (name: string, content: string | Uint8Array) => string;
}

/** A command line, and what the machine does to it. */
export interface Call {
  readonly args: readonly string[];
  /** Largest file the process may write, KiB: stands for a disk that is full. */
  readonly fileKib?: number;
  /** Ctrl-C once this many milliseconds have passed since the first progress line. */
  readonly interruptAfter?: number;
}

export interface BadInput {
  readonly name: string;
  readonly code: ErrorCode;
  readonly exit: number;
  /** What the message must say: what, where, because of what. */
  readonly says: RegExp;
  readonly call: (place: Place) => readonly string[] | Call | Promise<readonly string[] | Call>;
}

export const algorithm = 'anomalous-resource-access/resource-cosine';
export const train = ({ at, accesses }: Place, ...more: readonly string[]): string[] => ['train', '--algorithm', algorithm, '--data', accesses, '--model', at('new-model'), ...more];
export const trainOn = ({ at }: Place, data: string, ...more: readonly string[]): string[] => ['train', '--algorithm', algorithm, '--data', data, '--model', at('new-model'), ...more];
export const scoreWith = ({ at, accesses }: Place, model: string, ...more: readonly string[]): string[] => ['score', '--model', model, '--data', accesses, '--out', at('scored.csv'), ...more];

/** 12 users in two departments, 16 resources, two weeks. */
const soundAccesses = (): string =>
  ['user,resource,count,day', ...Array.from({ length: 240 }, (_, i) => `u${i % 12},r${(i % 2) * 8 + ((i * 7) % 8)},${1 + (i % 3)},2026-11-${String(1 + (i % 14)).padStart(2, '0')}`)].join('\n');

/** Folders that the cases made, for the end to remove. */
export const places: string[] = [];

export function newPlace(soundModel?: string): Place {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'byoml-bad-')));
  const at = (name: string): string => join(dir, name);
  const file: Place['file'] = (name, content) => {
    writeFileSync(at(name), content);
    return at(name);
  };
  places.push(dir);
  mkdirSync(at('tmp'));
  if (soundModel) cpSync(soundModel, at('model'), { recursive: true });
  return { dir, accesses: file('accesses.csv', soundAccesses()), model: at('model'), at, file };
}

/** Every path below a folder with what it is: the digest of a file, the target of a link. */
export function contents(dir: string): Record<string, string> {
  const entries = readdirSync(dir, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.fromEntries(entries.filter((name) => !name.includes('node_modules/')).map((name) => [name, what(join(dir, name))]));
}

function what(path: string): string {
  const entry = lstatSync(path);
  if (entry.isSymbolicLink()) return `→ ${readlinkSync(path)}`;
  return entry.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'folder';
}

export interface Outcome {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command with --json. Temporary files go into the place, so that what is left of them shows. */
export function run({ args, fileKib, interruptAfter }: Call, { dir, at }: Place): Promise<Outcome> {
  const command = [process.execPath, byoml, ...args, '--json'];
  const [file, ...rest] = fileKib === undefined ? command : ['bash', '-c', `ulimit -f ${fileKib}; exec "$@"`, 'byoml', ...command];
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const child = spawn(file as string, rest, { cwd: dir, env: { ...process.env, TMPDIR: at('tmp'), NODE_COMPILE_CACHE: join(tmpdir(), 'byoml-compile-cache') }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (interruptAfter !== undefined && stderr === '') setTimeout(() => child.kill('SIGINT'), interruptAfter);
    stderr += text;
  });
  child.once('error', reject).once('close', (exit) => resolve({ exit, stdout, stderr }));
  return promise;
}
