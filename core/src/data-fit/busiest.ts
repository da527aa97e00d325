import { z } from 'zod';
import type { Relation } from '../contracts/engine.ts';
import type { Run } from '../contracts/run.ts';
import { printable } from './printable.ts';
import { answer } from './query.ts';
import { rowColumns } from './view-rows.ts';

/** An account and the distinct resources of its busiest day. */
export interface Busiest {
  readonly account: string;
  readonly resources: number;
}

/** Twice what nearly everybody opens on a busiest day, and no handful. */
const [percentile, clearly, fewest, shown] = [0.95, 2, 10, 8];

/**
 * Accounts that opened far more in a day than others ever do, the busiest first: they may scan by trade, and unlisted they would fill
 * the queue. Only a person can tell; whoever did this once may also be the attacker.
 */
export async function busiestAccounts(given: Relation, run: Run): Promise<readonly Busiest[]> {
  const found = await answer(given, {
    columns: rowColumns,
    output: { user: z.string(), widest: z.number() },
    sql: (d) => `SELECT ${d.ident('user')}, CAST(MAX(n) AS DOUBLE) AS widest FROM (SELECT ${d.ident('user')}, COUNT(DISTINCT ${d.ident('resource')}) AS n FROM source WHERE part = 'quiet' GROUP BY ${d.ident('user')}, ${d.ident('day')}) AS days GROUP BY ${d.ident('user')}`,
  }, run);
  const usual = found.map(({ widest }) => widest).sort((a, b) => a - b)[Math.floor(percentile * (found.length - 1))] ?? 0;
  return found.filter(({ widest }) => widest >= Math.max(fewest, clearly * usual))
    .sort((a, b) => b.widest - a.widest || (a.user < b.user ? -1 : 1)).slice(0, shown).map(({ user, widest }) => ({ account: printable(user), resources: widest }));
}
