// `node --import sink-kills.preload.ts byoml …`: says on file descriptor 3, one to a line, each boundary of what the command writes and sends as it comes to
// it. With DIE_AT (JSON of `DieAt`) the process dies of a kill -9 at that boundary, and says nothing of it.
import { subscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import type { ClientRequest } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';

type Write = 'record' | 'acknowledge' | 'refuse' | 'rename' | 'append';
/** A write is a transaction of the state, a file that takes its place, or lines that are added to one; a request is to the service, its answer not yet looked at. */
export type Boundary = `before ${Write}` | `after ${Write}` | 'before request' | 'after answer';

export interface DieAt {
  /** Any of them when absent. */
  readonly boundary?: Boundary;
  /** At the n-th one, from 1. */
  readonly count: number;
}

type Method = (this: unknown, ...given: unknown[]) => unknown;

if (isMainThread) watch();

function watch(): void {
  const at = JSON.parse(process.env['DIE_AT'] ?? '{"count":0}') as DieAt;
  let left = at.count;
  const reached = (boundary: Boundary): void => {
    if ((at.boundary ?? boundary) === boundary && --left === 0) process.kill(process.pid, 'SIGKILL');
    fs.writeSync(3, `${boundary}\n`);
  };
  watchTransactions(reached);
  watchFiles(reached);
  watchRequests(reached);
  syncBuiltinESMExports();
}

/** What a transaction is for, by the first statement that tells. */
const writes: ReadonlyArray<readonly [Write, RegExp]> = [['record', /^insert into runs\b/iu], ['refuse', /\bdead_letters\b/iu], ['acknowledge', /^delete from outbox\b/iu]];

function watchTransactions(reached: (boundary: Boundary) => void): void {
  let write: Write | undefined;
  replace(StatementSync.prototype, 'run', (original) => function (...given) {
    const { sourceSQL } = this as StatementSync;
    write ??= writes.find(([, tells]) => tells.test(sourceSQL))?.[0];
    return original.apply(this, given);
  });
  replace(DatabaseSync.prototype, 'exec', (original) => function (...given) {
    if (String(given[0]).startsWith('begin')) write = undefined;
    if (given[0] !== 'commit' || !write) return original.apply(this, given);
    reached(`before ${write}`);
    const result = original.apply(this, given);
    reached(`after ${write}`);
    return result;
  });
}

function watchFiles(reached: (boundary: Boundary) => void): void {
  replace(fs.promises, 'rename', (original) => async function (...given) {
    reached('before rename');
    await original.apply(this, given);
    reached('after rename');
  });
  replace(fs, 'createWriteStream', (original) => function (...given) {
    const stream = original.apply(this, given) as fs.WriteStream;
    if ((given[1] as { readonly flags?: string } | undefined)?.flags !== 'a') return stream;
    reached('before append');
    return stream.on('close', () => reached('after append'));
  });
}

function watchRequests(reached: (boundary: Boundary) => void): void {
  const isPost = (message: unknown): boolean => (message as { readonly request: ClientRequest }).request.method === 'POST';
  subscribe('http.client.request.start', (message) => isPost(message) && reached('before request'));
  subscribe('http.client.response.finish', (message) => isPost(message) && reached('after answer'));
}

function replace(object: object, name: string, by: (original: Method) => Method): void {
  const methods = object as Record<string, Method>;
  methods[name] = by(methods[name] as Method);
}
