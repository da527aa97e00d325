import { statuses } from '../contracts/algorithm.ts';
import type { Batch, Column } from '../contracts/columns.ts';
import { dictionary } from '../contracts/dictionary.ts';
import { ByomlError } from '../contracts/errors.ts';
import { numbers } from '../contracts/numbers.ts';
import type { AlgorithmComponent } from './component.ts';
import { classOfStatus } from './status-class.ts';

/** A model's checked answer to one batch, row for row. */
export interface Scores {
  readonly length: number;
  /** Finite; higher = odder. */
  readonly surprise: Float64Array;
  /** Indexes into `statuses`. */
  readonly status: Uint8Array;
  /** Finite in cold rows; null when the algorithm does not declare it. */
  readonly coldSurprise: Float64Array | null;
}

/** Checks an answer against the contract. `offset` is the number of rows before the batch; messages count rows from 1. Throws ROWS_MISALIGNED, SCORES_INVALID. */
export function checkedScores({ address, definition }: AlgorithmComponent, { length }: Batch, answer: unknown, offset: number): Scores {
  const answered = { address, columns: columnsOf(address, answer, length), length, offset };
  const status = statusCodes(answered);
  const surprise = finite(answered, 'surprise', () => true);
  const declaresCold = Object.hasOwn(definition.output ?? {}, 'coldSurprise');
  const coldSurprise = declaresCold ? finite(answered, 'coldSurprise', (row) => classOfStatus[status[row] as number] !== 0) : null;
  return { length, surprise, status, coldSurprise };
}

interface Answer {
  readonly address: string;
  readonly columns: Readonly<Record<string, Column<unknown> | undefined>>;
  readonly length: number;
  readonly offset: number;
}

function columnsOf(address: string, answer: unknown, length: number): Answer['columns'] {
  const { length: rows, columns } = (answer ?? {}) as Partial<Batch>;
  if (typeof columns !== 'object' || columns === null) throw new ByomlError('SCORES_INVALID', `${address}: answered no batch of columns`, { details: { component: address } });
  if (rows !== length) throw misaligned(address, 'rows', rows, length);
  return columns as Answer['columns'];
}

function columnOf({ address, columns, length }: Answer, name: string): Column<unknown> {
  const column = columns[name];
  if (column === undefined || column === null) throw new ByomlError('SCORES_INVALID', `${address}: answered no column "${name}"`, { details: { component: address, column: name } });
  if (column.length !== length) throw misaligned(address, `cells in column "${name}"`, column.length, length);
  return column;
}

function finite(answer: Answer, name: string, needed: (row: number) => boolean): Float64Array {
  const values = numbers(columnOf(answer, name) as Column<number>);
  for (let row = 0; row < values.length; row++) {
    if (!Number.isFinite(values[row]) && needed(row)) throw invalid(answer, name, row, values[row]);
  }
  return values;
}

function statusCodes(answer: Answer): Uint8Array {
  const { codes, dictionary: texts } = dictionary(columnOf(answer, 'status') as Column<string>);
  const known = texts.map((text) => (statuses as readonly string[]).indexOf(text));
  const status = new Uint8Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const code = known[codes[row] as number] ?? -1;
    if (code < 0) throw invalid(answer, 'status', row, texts[codes[row] as number]);
    status[row] = code;
  }
  return status;
}

const misaligned = (address: string, what: string, got: unknown, expected: number): ByomlError =>
  new ByomlError('ROWS_MISALIGNED', `${address}: answered ${String(got)} ${what} for ${expected} rows`, { details: { component: address, expected, got } });

function invalid({ address, offset }: Answer, column: string, row: number, got: unknown): ByomlError {
  const expected = column === 'status' ? `one of ${statuses.join(', ')}` : 'a finite number';
  const received = typeof got === 'number' ? String(got) : (JSON.stringify(got) ?? 'nothing');
  return new ByomlError('SCORES_INVALID', `${address}: column "${column}" row ${offset + row + 1}: expected ${expected}, received ${received}`, {
    details: { component: address, column, row: offset + row + 1, received },
  });
}
