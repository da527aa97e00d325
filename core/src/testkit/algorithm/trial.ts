import assert from 'node:assert/strict';
import { z } from 'zod';
import type { Algorithm, Model } from '../../contracts/algorithm.ts';
import type { Batch, Columns } from '../../contracts/columns.ts';
import type { AlgorithmDefinition } from '../../contracts/define.ts';
import type { Run } from '../../contracts/run.ts';
import { memoryFiles, type FileBytes } from '../fakes/model-files.ts';
import { aRun } from '../fakes/run.ts';
import { fakeServices } from '../fakes/services.ts';
import { cells, cut, parseRows, replay, table, type Cells } from '../table.ts';
import type { AlgorithmFixture } from './fixture.ts';

/** One algorithm with its fixture: makes, teaches, scores and saves fresh models, so that no check sees another's. */
export class Trial {
  readonly definition: AlgorithmDefinition;
  readonly fixture: AlgorithmFixture;
  readonly input: Columns;
  readonly training: readonly Cells[];
  readonly usual: readonly Cells[];
  readonly odd: readonly Cells[];

  constructor(definition: AlgorithmDefinition, fixture: AlgorithmFixture) {
    this.definition = definition;
    this.fixture = fixture;
    this.input = definition.input;
    this.training = parseRows(this.input, fixture.training);
    this.usual = parseRows(this.input, fixture.usual);
    this.odd = parseRows(this.input, fixture.odd);
    assert.ok(this.training.length >= 4 || fixture.trained, 'the fixture needs four training rows or more');
    assert.ok(this.usual.length > 0 && this.odd.length > 0, 'the fixture needs usual and odd rows');
  }

  /** The rows most checks score: usual ones, then odd ones. */
  get probe(): readonly Cells[] {
    return [...this.usual, ...this.odd];
  }

  get learns(): boolean {
    return this.fixture.trained === undefined;
  }

  table(rows: readonly Cells[], encoding = {}): Batch {
    return table(this.input, rows as never, encoding);
  }

  make(): Algorithm {
    const settings = z.parse(this.definition.settings, this.fixture.settings ?? {});
    return this.definition.create(settings, fakeServices(this.definition.needs, this.fixture.services));
  }

  /** A fresh model that learned the rows, cut into batches of a few. */
  async fit(rows: readonly Cells[] = this.training, run: Run = aRun()): Promise<Model> {
    const algorithm = this.make();
    if (this.fixture.trained) return algorithm.load(memoryFiles(this.fixture.trained), run);
    const learning = algorithm.fit?.(replay(...this.cut(rows)), run);
    assert.ok(learning, `${this.definition.id} has no fit: give the fixture \`trained\` files`);
    return learning;
  }

  cut(rows: readonly Cells[]): Batch[] {
    const whole = this.table(rows);
    return cut(whole, Math.max(1, Math.ceil(whole.length / 3)));
  }

  async load(files: FileBytes): Promise<Model> {
    return this.make().load(memoryFiles(files), aRun());
  }

  /** All answered columns as plain arrays. */
  async answer(model: Model, rows: readonly Cells[] = this.probe): Promise<Record<string, unknown[]>> {
    return cells(await model.score(this.table(rows), aRun()));
  }

  async surprise(model: Model, rows: readonly Cells[] = this.probe): Promise<number[]> {
    return (await this.answer(model, rows))['surprise'] as number[];
  }

  async bytes(model: Model): Promise<FileBytes> {
    const files = memoryFiles();
    await model.save(files, aRun());
    return files.held;
  }
}

/** Asserts that two models have the same files, naming the first that differs. */
export function assertSameBytes(actual: FileBytes, expected: FileBytes, what: string): void {
  assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort(), `${what}: other files`);
  for (const [name, bytes] of expected) assert.ok(Buffer.from(actual.get(name) as Uint8Array).equals(bytes), `${what}: ${name} differs`);
}

/** Asserts that two lists of numbers agree within `tolerance`, relative above 1. */
export function assertNear(actual: readonly number[], expected: readonly number[], tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  actual.forEach((value, i) => {
    const wanted = expected[i] as number;
    assert.ok(Math.abs(value - wanted) <= tolerance * Math.max(1, Math.abs(wanted)), `${what}: row ${i + 1} is ${value}, expected ${wanted}`);
  });
}

/** The rows with every text that may be anything replaced by a name nobody has; `only` one column when given. */
export function renamed(columns: Columns, rows: readonly Cells[], { prefix, only }: { readonly prefix: string; readonly only?: string }): Cells[] {
  const names = Object.keys(columns).filter((name) => name !== 'scope' && (only === undefined || name === only));
  return rows.map((row, i) => {
    const changed = names.filter((name) => typeof row[name] === 'string').map((name) => [name, `${prefix}-${name}-${i}`] as const);
    return { ...row, ...Object.fromEntries(changed.filter(([name, text]) => columns[name]?.safeParse(text).success)) };
  });
}
