import type { DeadLetterCount, DeadLetterRecord } from '@byoml/core/state';
import { dim } from './colour.ts';
import { printable } from './plugin-printable.ts';
import { table } from './table.ts';

const about = ({ user, resource }: DeadLetterRecord['payload']): string => [user, resource].filter((name) => typeof name === 'string').join(' → ');

/** One line each: which row, for whom, and why it was refused. */
export function deadLettersText(letters: readonly DeadLetterRecord[]): string {
  if (letters.length === 0) return dim('no dead letters: everything that was sent was taken, or waits to be sent');
  const rows = letters.map(({ id, at, detection, address, revision, attempts, code, message, payload }) =>
    [id, at.slice(0, 16), detection, address, about(payload), `revision ${revision}`, attempts === 1 ? '' : `${attempts} attempts`, code, message]);
  return table(printable(rows));
}

export const lettersOf = (counts: readonly DeadLetterCount[]): number => counts.reduce((sum, { letters }) => sum + letters, 0);

export const countText = (letters: number): string => `${letters.toLocaleString('en-US')} ${letters === 1 ? 'dead letter' : 'dead letters'}`;

/** How many of each sink: `3 of shares for files/table`. */
export const countsText = (counts: readonly DeadLetterCount[]): string => counts.map(({ letters, detection, address }) => printable(`  ${letters.toLocaleString('en-US')} of ${detection} for ${address}`)).join('\n');
