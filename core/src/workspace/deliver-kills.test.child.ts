// Delivers in a process of its own, to be killed: `node deliver-kills.test.child.ts FOLDER SEED BOUNDARY`.
// Three runs wait for two sinks that delay, fail and send twice. Dies of a kill -9 before the boundary of that number (0: never): a statement
// of the delivery, or rows that reach a destination. Prints `ready`, and when everything is delivered how many boundaries there were.
import { appendFileSync } from 'node:fs';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import { ByomlError } from '../contracts/errors.ts';
import type { Sink } from '../contracts/sink.ts';
import { randomFrom } from '../random/index.ts';
import { State } from '../state/index.ts';
import { alert, outcome } from '../state/state.test.fixture.ts';
import { addressOf, delivering, detection, keysOf, refuses } from './deliver.test.fixture.ts';
import { deliver } from './deliver.ts';

const [folder = '', seed = '0', dieAt = '0'] = process.argv.slice(2);
const random = randomFrom(Number(seed));
const atOnce = 7;

let boundaries = 0;
function boundary(): void {
  if (++boundaries === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
}

function watched(prototype: object, name: string): void {
  const methods = prototype as Record<string, (this: unknown, ...given: unknown[]) => unknown>;
  const original = methods[name] as (this: unknown, ...given: unknown[]) => unknown;
  methods[name] = function (this: unknown, ...given: unknown[]): unknown {
    boundary();
    return original.apply(this, given);
  };
}

/** A destination that takes rows seven at a time, each at least once, and names what becomes of them when `names`. */
const sink = (position: number, names: boolean): Sink => ({
  async write(data, _run, receipt) {
    const keys = await keysOf(data);
    for (let from = 0; from < keys.length; from += atOnce) {
      const rows = keys.slice(from, from + atOnce).map((_, i) => from + i);
      const { sent = [], bad = [] } = Object.groupBy(rows, (row) => (names && refuses(keys[row] ?? '') ? 'bad' : 'sent'));
      await send(position, sent.map((row) => keys[row] ?? ''));
      if (!names) continue;
      receipt?.accepted(sent);
      if (bad.length > 0) receipt?.refused(bad, { code: '400', message: 'not a row' });
    }
    return { rows: keys.length };
  },
});

/** Late, twice, not at all or without an answer, now and then. */
async function send(position: number, keys: readonly string[]): Promise<void> {
  if (random.next() < 0.3) await setTimeout(random.below(4));
  if (random.next() < 0.1) throw new ByomlError('SERVICE_UNAVAILABLE', 'the destination is down');
  for (let times = random.next() < 0.2 ? 2 : 1; times > 0; times--) reach(position, keys);
  if (random.next() < 0.1) throw new ByomlError('SERVICE_UNAVAILABLE', 'the answer got lost');
}

function reach(position: number, keys: readonly string[]): void {
  boundary();
  appendFileSync(join(folder, 'reached.txt'), keys.map((key) => `${position} ${key}\n`).join(''));
}

const state = State.open(folder);
const sinks = [0, 1].map((position) => ({ sink: position, address: addressOf(position) }));
for (const count of [1, 2, 3]) state.commit(outcome(`run ${count}`, { alerts: Array.from({ length: 24 }, (_, i) => alert(`u${i}`, { count: i % 2 === 0 ? 1 : count })), sinks }));
for (const name of ['all', 'get', 'run']) watched(StatementSync.prototype, name);
watched(DatabaseSync.prototype, 'exec');
process.stdout.write('ready\n');
// A sink that fails now and then is done long before this; one that always fails must not keep the process.
for (let times = 0; state.outbox(detection, 1).length > 0; times++) {
  if (times === 1000) throw new Error('1,000 deliveries have not emptied the outbox');
  await deliver(delivering({ state, sinks: [sink(0, true), sink(1, false)] }));
}
process.stdout.write(`${boundaries}\n`);
state[Symbol.dispose]();
