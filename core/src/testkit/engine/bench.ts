import { z } from 'zod';
import { utcDay, utcInstant } from '../../contracts/cells.ts';
import type { Batch, Batches, Columns } from '../../contracts/columns.ts';
import type { Scan } from '../../contracts/data-source.ts';
import type { EngineDefinition } from '../../contracts/define.ts';
import type { Engine, Relation } from '../../contracts/engine.ts';
import { aRun } from '../fakes/run.ts';
import { fakeServices } from '../fakes/services.ts';
import { readRows, withoutEmpty } from '../read.ts';
import { cut, replay, table, type Cells } from '../table.ts';
import type { EngineFixture } from './fixture.ts';

/** One column of each kind of cell, one with a default, one optional. */
export const columns = {
  user: z.string(),
  count: z.number().default(1),
  rank: z.int(),
  day: utcDay(),
  at: utcInstant(),
  hosts: z.array(z.string()),
  inside: z.boolean(),
  note: z.string().optional(),
} satisfies Columns;

/** More rows than engines hold in one vector, with names that need quoting in every format. */
export const manyRows = (length = 5000): Cells[] =>
  Array.from({ length }, (_, i) => withoutEmpty(Object.entries({
    user: ['DOM\\ann', 'bob, "the" \'builder\'', 'Zoë 漢字 👩‍💻', 'line\nbreak'][i % 4],
    count: i / 4,
    rank: i - 7,
    day: 20_000 + (i % 9),
    at: 1_790_000_000_000 + i * 1000,
    hosts: i % 3 === 0 ? [] : [`10.0.0.${i % 7}`, `h${i}`],
    inside: i % 2 === 0,
    note: i % 5 === 0 ? `n${i}` : undefined,
  })));

export const batchesScan = (batches: Batches, name = 'the checked table'): Scan => ({ kind: 'batches', batches, name });

/** Opens engines of one definition for one check each, and the kit's table in them. */
export class Bench {
  readonly fixture: EngineFixture;
  readonly #definition: EngineDefinition;

  constructor(definition: EngineDefinition, fixture: EngineFixture) {
    this.#definition = definition;
    this.fixture = fixture;
  }

  open(): Promise<Engine> {
    return this.#definition.create(z.parse(this.#definition.settings, this.fixture.settings ?? {}), fakeServices(this.#definition.needs, this.fixture.services)) as Promise<Engine>;
  }

  /** Gives `use` an engine and disposes it. */
  async with<T>(use: (engine: Engine) => Promise<T>): Promise<T> {
    await using engine = await this.open();
    return await use(engine);
  }

  parts(rows: readonly Cells[] = manyRows()): Batch[] {
    return cut(table(columns, rows as never), 1111);
  }

  /** The kit's table as a relation. */
  async relation(engine: Engine, rows: readonly Cells[] = manyRows()): Promise<Relation> {
    return await (await engine.open(batchesScan(replay(...this.parts(rows))), aRun())).project(columns, aRun());
  }
}

export const allRows = (relation: Relation): Promise<Cells[]> => readRows(relation.batches(aRun()));
