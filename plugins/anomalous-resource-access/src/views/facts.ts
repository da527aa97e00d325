import type { Dialect } from '@byoml/core';
import { firstText } from './source-columns.ts';

/** What an access needs to know of a record, by name, as SQL over `source`. */
export class Facts {
  readonly dialect: Dialect;
  readonly expressions = new Map<string, string>();

  constructor(dialect: Dialect) {
    this.dialect = dialect;
  }

  /** The first filled of these columns under a name of its own. Answers how to refer to it: trimmed, NULL when blank. */
  text(name: string, ...paths: readonly string[]): string {
    this.expressions.set(name, firstText(this.dialect, ...paths));
    return `NULLIF(TRIM(${this.dialect.ident(name)}), '')`;
  }
}
