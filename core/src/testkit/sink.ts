import assert from 'node:assert/strict';
import { z } from 'zod';
import type { Batch, Batches, Columns } from '../contracts/columns.ts';
import type { SinkDefinition } from '../contracts/define.ts';
import type { Progress } from '../contracts/run.ts';
import type { Receipt, Sink } from '../contracts/sink.ts';
import { assertGrowing } from './algorithm/stopping.ts';
import { check, failsCatalogued, isStop, shown, thrownBy, within, type Check } from './check.ts';
import { descriptionChecks } from './description.ts';
import { endless } from './fakes/endless.ts';
import { aRun } from './fakes/run.ts';
import { fakeServices, type ServiceOverrides } from './fakes/services.ts';
import { withoutEmpty } from './read.ts';
import { cells, cut, parseRows, replay, table, type Cells, type InputRow } from './table.ts';

/** A place to write to, made for one check. */
export interface Destination extends Partial<AsyncDisposable> {
  /** Settings that make the sink write there. */
  readonly settings: object;
  /** What it holds, as rows like those written; empty cells left out. */
  read(): Promise<readonly object[]>;
  /** What is there that `read` does not show: half-written files, open uploads. */
  leftovers?(): Promise<readonly string[]>;
  readonly services?: ServiceOverrides;
}

/** What an author says about a sink. */
export interface SinkFixture<In extends Columns = any> {
  open(): Promise<Destination>;
  /** Columns of `rows`, for a sink that takes any table. */
  readonly columns?: In;
  /** Three rows or more. */
  readonly rows: ReadonlyArray<InputRow<In>>;
  /** Settings that name a destination nobody can write to. */
  readonly unreachable?: object;
  /** How long a stopped call may take to end, milliseconds; 5000 when absent. */
  readonly patienceMs?: number;
}

interface Place {
  readonly sink: Sink;
  readonly destination: Destination;
  readonly holds: () => Promise<Cells[]>;
}

async function* failing<C extends Columns>(data: Batches<C>, failure: Error): AsyncGenerator<Batch<C>> {
  yield* data;
  throw failure;
}

/** How often the rows of the fixture come where a sink may send in pieces. */
const turns = 50;

async function* turning<C extends Columns>(parts: ReadonlyArray<Batch<C>>): AsyncGenerator<Batch<C>> {
  for (let turn = 0; turn < turns; turn++) yield* parts;
}

interface Noted {
  readonly receipt: Receipt;
  /** What the sink said wrongly; it may catch what the receipt throws. */
  readonly problems: string[];
  readonly accepted: number[];
  readonly refused: Set<number>;
}

/** A receipt for so many rows; `onAccepted` is called when rows were accepted. */
function noted(rows: number, onAccepted: () => void = () => {}): Noted {
  const [problems, accepted, refused, named]: [string[], number[], Set<number>, Set<number>] = [[], [], new Set(), new Set()];
  const note = (given: readonly number[]): void => {
    for (const row of given) {
      if (!Number.isInteger(row) || row < 0 || row >= rows) problems.push(`row ${row} of ${rows}, counted from 0`);
      if (named.has(row)) problems.push(`row ${row} twice`);
      named.add(row);
    }
    assert.deepEqual(problems, [], 'wrong in the receipt');
  };
  const receipt: Receipt = {
    accepted(given) {
      note(given);
      accepted.push(...given);
      if (given.length > 0) onAccepted();
    },
    refused(given, { code, message }) {
      note(given);
      if (!code || !message) problems.push('a refusal without a code or a message');
      for (const row of given) refused.add(row);
    },
  };
  return { receipt, problems, accepted, refused };
}

/** Every promise of the sink contract. A sink need not use the receipt, and most checks give it none. */
export function* sinkChecks<In extends Columns>(definition: SinkDefinition<any, In, any>, fixture: SinkFixture<In>): Iterable<Check> {
  const { patienceMs = 5000 } = fixture;
  const columns = fixture.columns ?? definition.columns;
  const rows = parseRows(columns, fixture.rows);
  assert.ok(rows.length >= 3, 'the fixture needs three rows or more');
  const whole = () => table(columns, rows as never);
  const expected = rows.map((row) => withoutEmpty(Object.entries(row)));
  const first = expected.slice(0, 1);
  const make = (settings: object, services?: ServiceOverrides): Sink => definition.create(z.parse(definition.settings, settings), fakeServices(definition.needs, services));

  const at = (name: string, run: (place: Place) => Promise<void>): Check =>
    check(name, async () => {
      const destination = await fixture.open();
      try {
        const holds = async (): Promise<Cells[]> => (await destination.read()).map((row) => withoutEmpty(Object.entries(row)));
        await run({ destination, holds, sink: make(destination.settings, destination.services) });
      } finally {
        await destination[Symbol.asyncDispose]?.();
      }
    });
  const before = ({ sink }: Place) => sink.write(replay(...cut(whole(), 1).slice(0, 1)), aRun({ id: 'earlier' }));
  const unharmed = async ({ holds, destination }: Place): Promise<void> => {
    assert.deepEqual(await holds(), first, 'what an earlier run wrote');
    assert.deepEqual(await destination.leftovers?.() ?? [], [], 'left behind');
  };

  yield check('has an id, a summary and settings of its own', async () => {
    const destination = await fixture.open();
    try {
      for (const { run } of descriptionChecks(definition, destination.settings)) await run();
    } finally {
      await destination[Symbol.asyncDispose]?.();
    }
  });
  yield at('writes every row and says how many', async ({ sink, holds }) => {
    assert.deepEqual(await sink.write(replay(...cut(whole(), 2)), aRun()), { rows: rows.length });
    assert.deepEqual(await holds(), expected);
  });
  yield at('writes the same wherever batches are cut', async ({ sink, holds }) => {
    await sink.write(replay(...cut(whole(), 1)), aRun());
    assert.deepEqual(await holds(), expected);
  });
  yield at('writes the same run once', async ({ sink, holds }) => {
    await sink.write(replay(whole()), aRun());
    assert.deepEqual(await sink.write(replay(whole()), aRun()), { rows: rows.length });
    assert.deepEqual(await holds(), expected);
  });
  yield at('accepts a table without rows', async ({ sink, holds }) => {
    assert.deepEqual(await sink.write(replay(table(columns, [])), aRun()), { rows: 0 });
    assert.deepEqual(await holds(), []);
  });
  yield at('leaves its input unchanged', async ({ sink }) => {
    const data = whole();
    await sink.write(replay(data), aRun());
    assert.deepEqual(cells(data), cells(whole()));
  });
  yield at('leaves nothing half-written when told to stop', async (place) => {
    await before(place);
    const controller = new AbortController();
    const reason = new Error('told to stop');
    const source = endless(whole(), (asked) => asked === 3 && controller.abort(reason));
    const writing = thrownBy(place.sink.write(source, aRun({ id: 'later', signal: controller.signal })));
    const thrown = await within(patienceMs, 'writing must stop', writing).finally(() => source.close());
    assert.ok(isStop(thrown, reason), `expected the signal's reason, received ${shown(thrown)}`);
    await unharmed(place);
  });
  yield at('leaves nothing half-written when its input fails', async (place) => {
    await before(place);
    const failure = new Error('the input failed');
    const thrown = await thrownBy(place.sink.write(failing(replay(...cut(whole(), 1)), failure), aRun({ id: 'later' })));
    assert.ok(isStop(thrown, failure), `expected the input's error or one it caused, received ${shown(thrown)}`);
    await unharmed(place);
  });
  yield at('names each row at most once where it keeps a receipt, and writes those that it does not refuse', async ({ sink, holds }) => {
    const { receipt, problems, refused } = noted(rows.length);
    await sink.write(replay(...cut(whole(), 1)), aRun(), receipt);
    assert.deepEqual(problems, [], 'wrong in the receipt');
    assert.deepEqual(await holds(), expected.filter((_, row) => !refused.has(row)));
    const many = noted(rows.length * turns);
    await sink.write(turning(cut(whole(), 1)), aRun({ id: 'many' }), many.receipt);
    assert.deepEqual(many.problems, [], 'wrong in the receipt for many rows');
  });
  yield at('has written what it named as accepted, also when it is stopped then', async ({ sink, destination, holds }) => {
    const controller = new AbortController();
    const reason = new Error('told to stop');
    const { receipt, accepted, problems } = noted(rows.length * turns, () => controller.abort(reason));
    const thrown = await within(patienceMs, 'writing must end', thrownBy(sink.write(turning(cut(whole(), 1)), aRun({ signal: controller.signal }), receipt)));
    assert.ok(thrown === undefined || isStop(thrown, reason), `expected the signal's reason, received ${shown(thrown)}`);
    assert.deepEqual(problems, [], 'wrong in the receipt');
    const held = new Set((await holds()).map((row) => JSON.stringify(row)));
    const missing = [...new Set(accepted.map((row) => row % rows.length))].filter((row) => !held.has(JSON.stringify(expected[row])));
    assert.deepEqual(missing, [], 'rows named as accepted that the destination does not have');
    if (thrown !== undefined) assert.deepEqual(await destination.leftovers?.() ?? [], [], 'left behind');
  });
  yield at('reports progress that only grows', async ({ sink }) => {
    const reported: Progress[] = [];
    await sink.write(replay(...cut(whole(), 1)), aRun({ progress: (update) => void reported.push(update) }));
    assertGrowing(reported);
  });
  const { unreachable } = fixture;
  if (unreachable) yield at('names an unreachable destination with a catalogued error', ({ destination }) => failsCatalogued(make(unreachable, destination.services).write(replay(whole()), aRun()), 'writing there'));
}
