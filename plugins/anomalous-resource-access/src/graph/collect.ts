import { ByomlError, numbers, type AccessColumns, type Batch, type Batches, type Column, type Run } from '@byoml/core';
import { Accesses, undated } from './accesses.ts';
import { pacer } from './pacer.ts';
import { TextCodes } from './text-codes.ts';

type Cells = Readonly<Record<string, Column<unknown> | undefined>>;

/** Adds batches up into the accesses of each scope, through dictionary codes. */
export class Collection {
  readonly users = new TextCodes();
  readonly resources = new TextCodes();
  readonly #scopeCodes = new TextCodes();
  readonly #scopes: Accesses[] = [];
  #rows = 0;

  scope(name: string): Accesses {
    return (this.#scopes[this.#scopeCodes.code(name)] ??= new Accesses());
  }

  /** Scopes by name, in the order of their names. */
  scopes(): ReadonlyArray<readonly [string, Accesses]> {
    const named = this.#scopes.map((accesses, code) => [this.#scopeCodes.texts[code] as string, accesses] as const);
    return named.filter(([, accesses]) => accesses !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  async read(data: Batches<AccessColumns>, run: Run, also?: (batch: Batch, users: Int32Array) => void): Promise<void> {
    const pace = pacer(run);
    for await (const batch of data) {
      const users = this.#add(batch);
      also?.(batch, users);
      this.#rows += batch.length;
      run.progress({ done: this.#rows, unit: 'rows' });
      if (pace.due()) await pace.turn();
    }
    run.signal.throwIfAborted();
  }

  #add({ columns, length }: Batch<AccessColumns>): Int32Array {
    const users = this.users.column(columns.user);
    const resources = this.resources.column(columns.resource);
    const cells = columns as Cells;
    const counts = cells['count'] === undefined ? undefined : numbers(columns.count);
    const days = cells['day'] === undefined ? undefined : numbers(cells['day'] as Column<number>);
    const scopes = this.scopeCodes(cells['scope'] as Column<string> | undefined);
    for (let i = 0; i < length; i++) {
      const count = this.#count(counts, i);
      const user = this.#present(users[i] as number, 'user', i);
      const resource = this.#present(resources[i] as number, 'resource', i);
      this.#accessesOf(scopes, i).add(user, resource, count, this.#day(days, i));
    }
    return users;
  }

  /** Codes of the scope column; undefined when there is none. */
  scopeCodes(column: Column<string> | undefined): Int32Array | undefined {
    return column === undefined ? undefined : this.#scopeCodes.column(column);
  }

  #accessesOf(codes: Int32Array | undefined, row: number): Accesses {
    const code = codes?.[row] ?? -1;
    return code < 0 ? this.scope('') : (this.#scopes[code] ??= new Accesses());
  }

  #count(counts: Float64Array | undefined, row: number): number {
    const count = counts === undefined ? 1 : (counts[row] as number);
    if (count >= 0 && count < Number.POSITIVE_INFINITY) return count;
    throw this.#invalid('count', row, `a finite number from 0 up, received ${count}`);
  }

  #present(code: number, column: string, row: number): number {
    if (code >= 0) return code;
    throw this.#invalid(column, row, 'text, received an empty cell');
  }

  #day(days: Float64Array | undefined, row: number): number {
    const day = days?.[row] ?? Number.NaN;
    if (Number.isNaN(day)) return undated;
    if (Number.isInteger(day) && Math.abs(day) < 1e9) return day;
    throw this.#invalid('day', row, `a whole number of days, received ${day}`);
  }

  #invalid(column: string, row: number, expected: string): ByomlError {
    return new ByomlError('CELL_INVALID', `column "${column}" row ${this.#rows + row + 1}: expected ${expected}`, { details: { column, row: this.#rows + row + 1 } });
  }
}
