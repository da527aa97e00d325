import { createHash } from 'node:crypto';
import type { Column } from '../../contracts/columns.ts';
import { isText } from './pick.ts';
import type { Table } from './table.ts';

/** SHA-256 over names, texts, codes and numbers, column by column in order of name; independent of how the rows were cut into batches. */
export function dataDigest({ rows, columns }: Table): string {
  const hash = createHash('sha256').update(`byoml data 1\n${rows}\n`);
  for (const name of Object.keys(columns).sort()) {
    hash.update(`${JSON.stringify(name)}\n`);
    for (const part of parts(columns[name] as Column<unknown>)) hash.update(part);
  }
  return hash.digest('hex');
}

function* parts(column: Column<unknown>): Iterable<string | Uint8Array> {
  if (isText(column)) {
    yield `text ${column.dictionary.length}\n`;
    for (const text of column.dictionary) yield `${JSON.stringify(text)}\n`;
    yield bytes(column.codes);
  } else if (column instanceof Float64Array || column instanceof Int32Array) {
    yield column instanceof Int32Array ? 'int32\n' : 'float64\n';
    yield bytes(column);
  } else {
    yield 'cells\n';
    for (const cell of column) yield `${JSON.stringify(cell ?? null)}\n`;
  }
}

const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);
