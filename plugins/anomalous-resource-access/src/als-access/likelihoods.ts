import { ByomlError, numbers, type Batch, type Batches, type Column, type Run } from '@byoml/core';
import { grouped } from '../graph/csr.ts';
import { Names } from '../graph/names.ts';
import { pacer } from '../graph/pacer.ts';
import { PairTable } from '../graph/pair-table.ts';
import { TextCodes } from '../graph/text-codes.ts';
import type { AlsColumns } from './columns.ts';
import type { Settings } from './settings.ts';

/** Pairs by id. */
export interface IdPairs {
  readonly users: Int32Array;
  readonly resources: Int32Array;
}

/** What training knows of one scope: its names, and its pairs by user, then resource, with a strength each. */
export interface ScopeLikelihoods extends IdPairs {
  readonly scope: string;
  readonly userNames: Names;
  readonly resourceNames: Names;
  readonly likelihoods: Float64Array;
  readonly history: IdPairs;
}

const dayMs = 86_400_000;
/** Keeps every product of a strength finite. */
const most = 1e100;

/** Counts and spans of the pairs of one scope. */
class Tally {
  readonly pairs = new PairTable();
  readonly #counts: number[] = [];
  readonly #first: number[] = [];
  readonly #last: number[] = [];

  add(user: number, resource: number, count: number, first: number, last: number): void {
    if (count === 0) return;
    const pair = this.pairs.number(user, resource);
    if (pair === this.#counts.length) {
      this.#counts.push(0);
      this.#first.push(Number.POSITIVE_INFINITY);
      this.#last.push(Number.NEGATIVE_INFINITY);
    }
    this.#counts[pair] = (this.#counts[pair] as number) + count;
    if (first < (this.#first[pair] as number)) this.#first[pair] = first;
    if (last > (this.#last[pair] as number)) this.#last[pair] = last;
  }

  likelihood(pair: number, kind: Settings['likelihood']): number {
    const count = Math.min(this.#counts[pair] as number, most);
    if (kind === 'log') return Math.log1p(count);
    return kind === 'span' ? count / (1 + this.#spanDays(pair)) : count;
  }

  /** UTC days from the first to the last access; 0 where the data does not say. */
  #spanDays(pair: number): number {
    const days = Math.floor((this.#last[pair] as number) / dayMs) - Math.floor((this.#first[pair] as number) / dayMs);
    return days > 0 ? days : 0;
  }
}

type Cells = Readonly<Record<string, Column<unknown> | undefined>>;

/** Adds batches up by scope and pair. */
class Collection {
  readonly users = new TextCodes();
  readonly resources = new TextCodes();
  readonly #scopeCodes = new TextCodes();
  readonly #tallies = new Map<number, Tally>();
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  add({ columns, length }: Batch<AlsColumns>): void {
    const cells = columns as Cells;
    const users = this.users.column(columns.user);
    const resources = this.resources.column(columns.resource);
    const scopes = cells['scope'] === undefined ? undefined : this.#scopeCodes.column(columns.scope);
    const [counts, first, last] = [floats(cells['count']), floats(cells['firstSeen']), floats(cells['lastSeen'])];
    for (let i = 0; i < length; i++) {
      const tally = this.#tally(scopes?.[i] ?? -1);
      tally.add(this.#named(users, 'user', i), this.#named(resources, 'resource', i), this.#count(counts, i), first?.[i] ?? Number.NaN, last?.[i] ?? Number.NaN);
    }
    this.#rows += length;
  }

  #tally(scope: number): Tally {
    const code = scope < 0 ? this.#scopeCodes.code('') : scope;
    const known = this.#tallies.get(code);
    if (known !== undefined) return known;
    const tally = new Tally();
    this.#tallies.set(code, tally);
    return tally;
  }

  /** What holds any access, in the order of the scopes' names. */
  scopes(): Array<readonly [scope: string, tally: Tally]> {
    const named = [...this.#tallies].map(([code, tally]) => [this.#scopeCodes.texts[code] as string, tally] as const);
    return named.filter(([, tally]) => tally.pairs.size > 0).toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  #named(codes: Int32Array, column: string, row: number): number {
    const code = codes[row] as number;
    if (code >= 0) return code;
    throw this.#invalid(column, row, 'text, received an empty cell');
  }

  #count(counts: Float64Array | undefined, row: number): number {
    const count = counts === undefined ? 1 : (counts[row] as number);
    if (count >= 0 && count < Number.POSITIVE_INFINITY) return count;
    throw this.#invalid('count', row, `a finite number from 0 up, received ${count}`);
  }

  #invalid(column: string, row: number, expected: string): ByomlError {
    return new ByomlError('CELL_INVALID', `column "${column}" row ${this.#rows + row + 1}: expected ${expected}`, { details: { column, row: this.#rows + row + 1 } });
  }
}

const floats = (column: Column<unknown> | undefined): Float64Array | undefined => (column === undefined ? undefined : numbers(column as Column<number>));

/** Reads all batches; scopes by name, in the order of their names. Throws CELL_INVALID. */
export async function readLikelihoods(data: Batches<AlsColumns>, { likelihood, history }: Settings, run: Run): Promise<ScopeLikelihoods[]> {
  const pace = pacer(run);
  const collection = new Collection();
  for await (const batch of data) {
    collection.add(batch);
    run.progress({ done: collection.rows, unit: 'rows' });
    if (pace.due()) await pace.turn();
  }
  run.signal.throwIfAborted();
  const known = Map.groupBy(history, ({ scope }) => scope);
  return collection.scopes().map(([scope, tally]) => likelihoodsOf(scope, collection, tally, { likelihood, history: known.get(scope) ?? [] }));
}

function likelihoodsOf(scope: string, { users, resources }: Collection, tally: Tally, { likelihood, history }: Pick<Settings, 'likelihood' | 'history'>): ScopeLikelihoods {
  const userNames = namesOf(tally.pairs.users(), users.texts, history.map(({ user }) => user));
  const resourceNames = namesOf(tally.pairs.resources(), resources.texts, history.map(({ resource }) => resource));
  const userIds = tally.pairs.users().map((code) => userNames.id(users.texts[code] as string));
  const resourceIds = tally.pairs.resources().map((code) => resourceNames.id(resources.texts[code] as string));
  const order = sortedPairs({ users: userIds, resources: resourceIds }, userNames.size, resourceNames.size);
  return {
    scope,
    userNames,
    resourceNames,
    users: order.map((pair) => userIds[pair] as number),
    resources: order.map((pair) => resourceIds[pair] as number),
    likelihoods: Float64Array.from(order, (pair) => tally.likelihood(pair, likelihood)),
    history: { users: Int32Array.from(history, ({ user }) => userNames.id(user)), resources: Int32Array.from(history, ({ resource }) => resourceNames.id(resource)) },
  };
}

function namesOf(codes: Int32Array, texts: readonly string[], further: readonly string[]): Names {
  const names = new Set(further);
  for (const code of new Set(codes)) names.add(texts[code] as string);
  return new Names([...names].sort((a, b) => (a < b ? -1 : 1)));
}

/** The order of pairs by user, then resource. */
export function sortedPairs({ users, resources }: IdPairs, userCount: number, resourceCount: number): Int32Array {
  const { order: byResource } = grouped(resources, resourceCount);
  const { order } = grouped(byResource.map((pair) => users[pair] as number), userCount);
  return order.map((position) => byResource[position] as number);
}
