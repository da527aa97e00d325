import { z } from '@byoml/core';
import { modelInvalid, pack, Packed } from '../graph/binary.ts';
import type { Csr } from '../graph/csr.ts';
import { Names } from '../graph/names.ts';
import { Factorisation } from './factorisation.ts';
import type { Group } from './training-matrix.ts';

const magic = 'BYOML-F1';
const count = z.int().min(0).max(0x7ffffffe);
const names = z.array(z.string());
const headerSchema = z.strictObject({
  rank: z.int().min(1).max(64),
  groups: z.array(z.strictObject({ scope: z.string(), users: names, resources: names })),
  cells: count,
  history: count,
});
/** Keeps every product of factors finite. */
const largest = 1e50;

/** A factorisation as bytes: the same one, the same bytes. What scoring derives from it is not stored. */
export function encodeFactorisation({ matrix, factors }: Factorisation): Uint8Array {
  const groups = matrix.groups.map(({ scope, users, resources }) => ({ scope, users: users.texts, resources: resources.texts }));
  const header = { rank: factors.rank, groups, cells: matrix.cells.columns.length, history: matrix.history.columns.length };
  const { cells, history, observed } = matrix;
  return pack(magic, header, [factors.users, factors.resources, cells.values, cells.starts, cells.columns, Int32Array.from(observed), history.starts, history.columns]);
}

/** The factorisation in `bytes`. Files are untrusted, so everything is checked: MODEL_INVALID says what is wrong. */
export function decodeFactorisation(file: string, bytes: Uint8Array): Factorisation {
  const packed = new Packed(file, magic, bytes);
  const parsed = headerSchema.safeParse(packed.header);
  if (!parsed.success) throw modelInvalid(file, z.prettifyError(parsed.error));
  const { rank, groups: given, cells: cellCount, history: historyCount } = parsed.data;
  const groups = placedGroups(given);
  const users = given.reduce((sum, group) => sum + group.users.length, 0);
  const resources = given.reduce((sum, group) => sum + group.resources.length, 0);
  const factors = { rank, users: packed.floats(users * rank), resources: packed.floats(resources * rank) };
  const values = packed.floats(cellCount);
  const cells = { values, starts: packed.ints(users + 1), columns: packed.ints(cellCount) };
  const observed = packed.ints(cellCount);
  const history = { starts: packed.ints(users + 1), columns: packed.ints(historyCount), values: new Float64Array(historyCount) };
  packed.end();
  const because =
    given.map(groupFault).find((fault) => fault !== undefined) ??
    orderFault(given.map(({ scope }) => scope), 'scope') ??
    rowsFault(groups, cells) ??
    rowsFault(groups, history) ??
    numbersFault(factors.users, 0, largest) ??
    numbersFault(factors.resources, 0, largest) ??
    numbersFault(values, -1e6, 1e100) ??
    numbersFault(observed, 0, 1);
  if (because !== undefined) throw modelInvalid(file, because);
  return new Factorisation({ groups, cells, observed: Uint8Array.from(observed), history }, factors);
}

type GivenGroup = z.output<typeof headerSchema>['groups'][number];

function placedGroups(given: readonly GivenGroup[]): Group[] {
  let [firstUser, firstResource] = [0, 0];
  return given.map(({ scope, users, resources }) => {
    const group = { scope, users: new Names(users), resources: new Names(resources), firstUser, firstResource };
    firstUser += users.length;
    firstResource += resources.length;
    return group;
  });
}

const groupFault = ({ users, resources }: GivenGroup): string | undefined => orderFault(users, 'user') ?? orderFault(resources, 'resource');

function orderFault(texts: readonly string[], what: string): string | undefined {
  const at = texts.findIndex((text, i) => i > 0 && !((texts[i - 1] as string) < text));
  return at < 0 ? undefined : `${what} ${at} does not follow its predecessor in order`;
}

/** Rows span the cells, and columns ascend within a row and within the scope's own resources. */
function rowsFault(groups: readonly Group[], { starts, columns }: Csr): string | undefined {
  if (starts[0] !== 0 || starts.at(-1) !== columns.length) return 'its rows do not span its cells';
  for (const { users, firstUser, resources, firstResource } of groups) {
    for (let row = firstUser; row < firstUser + users.size; row++) {
      if ((starts[row + 1] as number) < (starts[row] as number)) return `row ${row} ends before it starts`;
      if (!ascending(columns.subarray(starts[row], starts[row + 1]), firstResource, firstResource + resources.size)) return `row ${row} holds a column out of order or range`;
    }
  }
  return undefined;
}

function ascending(columns: Int32Array, from: number, to: number): boolean {
  let last = from - 1;
  return columns.every((column) => column > last && (last = column) < to);
}

function numbersFault(values: Float64Array | Int32Array, least: number, most: number): string | undefined {
  const at = values.findIndex((value: number) => !(value >= least && value <= most));
  return at < 0 ? undefined : `number ${at} is ${values[at]}, expected ${least} to ${most}`;
}
