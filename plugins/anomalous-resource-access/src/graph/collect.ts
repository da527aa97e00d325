import { ByomlError, numbers, type Batch, type Batches, type Column, type Run } from '@byoml/core';
import { Accesses, undated } from './accesses.ts';
import { Directory, DirectoryReader } from './directory.ts';
import { pacer } from './pacer.ts';
import { TextCodes } from './text-codes.ts';

type Cells = Readonly<Record<string, Column<unknown> | undefined>>;

/** The accesses of one scope, and what its rows say about its users. */
export class ScopeRows {
  readonly accesses = new Accesses();
  readonly directory = new Directory();
}

const dayMs = 86_400_000;

/** UTC days from `day`, else from `lastSeen`. */
function daysOf({ day, lastSeen }: Cells): Float64Array | undefined {
  if (day !== undefined) return numbers(day as Column<number>);
  return lastSeen === undefined ? undefined : numbers(lastSeen as Column<number>).map((moment) => Math.floor(moment / dayMs));
}

/** Adds batches up into the accesses of each scope, through dictionary codes. */
export class Collection {
  readonly users = new TextCodes();
  readonly resources = new TextCodes();
  readonly #scopeCodes = new TextCodes();
  readonly #scopes: ScopeRows[] = [];
  readonly #directories = new DirectoryReader();
  #rows = 0;

  scope(name: string): ScopeRows {
    return this.#at(this.#scopeCodes.code(name));
  }

  /** Scopes with rows, by name, in the order of their names. */
  scopes(): ReadonlyArray<readonly [string, ScopeRows]> {
    const named = this.#scopes.map((rows, code) => [this.#scopeCodes.texts[code] as string, rows] as const);
    return named.filter(([, rows]) => rows !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  async read(data: Batches, run: Run): Promise<void> {
    const pace = pacer(run);
    for await (const batch of data) {
      this.#add(batch);
      this.#rows += batch.length;
      run.progress({ done: this.#rows, unit: 'rows' });
      if (pace.due()) await pace.turn();
    }
    run.signal.throwIfAborted();
  }

  #add(batch: Batch): void {
    const { user, resource, scope, count } = batch.columns as Cells;
    const users = this.users.column(user as Column<string>);
    const resources = this.resources.column(resource as Column<string>);
    const scopes = scope === undefined ? undefined : this.#scopeCodes.column(scope as Column<string>);
    const counts = count === undefined ? undefined : numbers(count as Column<number>);
    const days = daysOf(batch.columns as Cells);
    const scopeAt = (row: number): ScopeRows => this.#rowsOf(scopes === undefined ? -1 : (scopes[row] as number));
    const dayAt = (row: number): number => this.#day(days, row);
    for (let row = 0; row < batch.length; row++) {
      const count = this.#count(counts, row);
      const at = dayAt(row);
      scopeAt(row).accesses.add(this.#present(users, row, 'user'), this.#present(resources, row, 'resource'), count, at);
    }
    this.#directories.read(batch, { users, dayAt, directoryAt: (row) => scopeAt(row).directory });
  }

  #rowsOf(code: number): ScopeRows {
    return code < 0 ? this.scope('') : this.#at(code);
  }

  #at(code: number): ScopeRows {
    return (this.#scopes[code] ??= new ScopeRows());
  }

  #count(counts: Float64Array | undefined, row: number): number {
    const count = counts === undefined ? 1 : (counts[row] as number);
    if (count >= 0 && count < Number.POSITIVE_INFINITY) return count;
    throw this.#invalid('count', row, `a finite number from 0 up, received ${count}`);
  }

  #present(codes: Int32Array, row: number, column: string): number {
    const code = codes[row] as number;
    if (code >= 0) return code;
    throw this.#invalid(column, row, 'text, received an empty cell');
  }

  #day(days: Float64Array | undefined, row: number): number {
    const day = days === undefined ? Number.NaN : (days[row] as number);
    if (Number.isNaN(day)) return undated;
    if (Number.isInteger(day) && Math.abs(day) < 1e9) return day;
    throw this.#invalid('day', row, `a whole number of days, received ${day}`);
  }

  #invalid(column: string, row: number, expected: string): ByomlError {
    return new ByomlError('CELL_INVALID', `column "${column}" row ${this.#rows + row + 1}: expected ${expected}`, { details: { column, row: this.#rows + row + 1 } });
  }
}
