// Works in a state in a process of its own, to be killed.
// `node state.test.child.ts hold WORKSPACE`: opens it, says so, and holds it until killed.
// `node state.test.child.ts work WORKSPACE N`: commits the stream of the fixture and drains the outbox after each run; dies of a kill -9 before statement N.
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { State } from './index.ts';
import { drain, stream } from './state.test.fixture.ts';

const [mode = '', workspace = '', dieAt = '0'] = process.argv.slice(2);

let statements = 0;
function counted<T extends object>(prototype: T, name: keyof T & string): void {
  const original = prototype[name] as (this: unknown, ...given: unknown[]) => unknown;
  (prototype as Record<string, unknown>)[name] = function (this: unknown, ...given: unknown[]): unknown {
    if (++statements === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
    return original.apply(this, given);
  };
}
for (const name of ['all', 'get', 'run'] as const) counted(StatementSync.prototype, name);
counted(DatabaseSync.prototype, 'exec');

const state = State.open(workspace);
process.stdout.write('opened\n');
if (mode === 'hold') {
  setInterval(() => state.runs({ limit: 1 }), 1000);
} else {
  drain(state);
  for (const step of stream()) {
    state.commit(step);
    drain(state);
  }
  state[Symbol.dispose]();
  process.stdout.write(`${statements}\n`);
}
