import { directoryColumns, type Batch, type Column } from '@byoml/core';
import { TextCodes } from './text-codes.ts';

/** Levels of a directory, most specific first. */
export const directoryLevels = Object.keys(directoryColumns);

/** The group of a user at one level, and the last day a row said so. */
export interface Membership {
  readonly group: string;
  readonly day: number;
}

/** What the rows of one scope say about the groups of its users; the latest day wins, then the smaller name, so the order of the rows has no say. */
export class Directory {
  readonly #levels = new Map<string, Map<number, Membership>>();

  set(level: string, user: number, group: string, day: number): void {
    const members = this.#levels.get(level) ?? new Map<number, Membership>();
    this.#levels.set(level, members);
    const held = members.get(user);
    if (held !== undefined && (held.day > day || (held.day === day && held.group <= group))) return;
    members.set(user, { group, day });
  }

  members(level: string): ReadonlyMap<number, Membership> {
    return this.#levels.get(level) ?? new Map<number, Membership>();
  }
}

export interface RowContext {
  readonly users: Int32Array;
  readonly directoryAt: (row: number) => Directory;
  readonly dayAt: (row: number) => number;
}

/** Takes the groups that the rows of a batch name. */
export class DirectoryReader {
  readonly #texts = new TextCodes();

  read({ columns, length }: Batch, { users, directoryAt, dayAt }: RowContext): void {
    for (const level of directoryLevels) {
      const column = (columns as Readonly<Record<string, Column<string> | undefined>>)[level];
      if (column === undefined) continue;
      const codes = this.#texts.column(column);
      for (let row = 0; row < length; row++) {
        const group = this.#texts.texts[codes[row] as number] ?? '';
        if (group !== '') directoryAt(row).set(level, users[row] as number, group, dayAt(row));
      }
    }
  }
}
