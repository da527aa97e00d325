import { stripVTControlCharacters } from 'node:util';

const width = (text: string): number => stripVTControlCharacters(text).length;

/** Rows as aligned columns, two spaces apart; numbers to the right. */
export function table(rows: ReadonlyArray<ReadonlyArray<string | number>>): string {
  const widths = rows.reduce<number[]>((held, row) => row.map((cell, i) => Math.max(held[i] ?? 0, width(String(cell)))), []);
  const pad = (cell: string | number, i: number): string => {
    const space = ' '.repeat(Math.max(0, (widths[i] ?? 0) - width(String(cell))));
    return typeof cell === 'number' ? space + cell : cell + space;
  };
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}
