import { ByomlError } from '../contracts/errors.ts';
import type { ColumnFit, Fit } from './fit.ts';
import { printable } from './printable.ts';

const mostNames = 20;

/** The error of a fit whose verdict is `unfit`: COLUMNS_MISSING or CELL_INVALID, each naming every column and where it may be; else DATA_EMPTY. */
export function unfitError(fit: Fit, { existing, empty, remedy }: { readonly existing: readonly string[]; readonly empty: string | null; readonly remedy: string | null }): ByomlError {
  const { target, source } = fit;
  const missing = fit.columns.filter(({ problem }) => problem?.code === 'COLUMNS_MISSING');
  const invalid = fit.columns.filter(({ problem }) => problem?.code === 'CELL_INVALID');
  const details = { fit, missing: missing.map(({ name }) => name), existing: existing.slice(0, 200), ...(remedy !== null && { remedy }) };
  if (missing.length > 0) {
    const there = existing.length === 0 ? 'none' : `${existing.slice(0, mostNames).map(printable).join(', ')}${existing.length > mostNames ? ', …' : ''}`;
    const says = `${source} does not fit ${target}: no column ${missing.map(named).join(', ')}; it has ${there}${remedy === null ? '' : `. ${remedy}`}`;
    return new ByomlError('COLUMNS_MISSING', says, { details });
  }
  if (invalid.length > 0) return new ByomlError('CELL_INVALID', `${source} does not fit ${target}: ${invalid.map(({ name, problem }) => `column "${name}" ${problem?.says ?? ''}`).join('; ')}`, { details });
  return new ByomlError('DATA_EMPTY', `${source} does not fit ${target}: ${empty ?? 'there are no rows'}`, { details });
}

const named = ({ name, suggestion }: ColumnFit): string => `"${name}"${suggestion === null ? '' : ` (perhaps "${printable(suggestion)}")`}`;
