import type { Dialect } from '@byoml/core';
import type { Facts } from './facts.ts';
import { ipAddress } from './ip-address.ts';

/** An access, as SQL text. */
export interface Access {
  /** What the other expressions refer to. Only these are looked at per record. */
  readonly facts: Facts;
  /** TIMESTAMP in UTC, over `source`. */
  readonly at: string;
  /** Conditions over `source` that must hold. */
  readonly where?: readonly string[];
  readonly scope: string;
  readonly user: string;
  readonly resource: string;
  /** Text that may hold an IP address. */
  readonly host: string;
  /** Whether records without a user or resource count under the name `(unknown)` instead of being left out. */
  readonly keepUnknown: boolean;
}

export const unknownName = '(unknown)';

const columns = ['scope', 'user', 'resource', 'day', 'count', 'sourceHosts', 'firstSeen', 'lastSeen', 'host', 'at'] as const;

/**
 * A SELECT with the columns of `accessViewColumns`: one row per (scope, user, resource, UTC day), in that order. Records that say the same
 * on the same day are counted first and named afterwards, so that texts are taken apart once per group, not once per record.
 */
export function pairDays(d: Dialect, access: Access): string {
  const [scope, user, resource, day, count, hosts, first, last, host] = columns.map((name) => d.ident(name)) as [string, string, string, string, string, string, string, string, string];
  const named = (expression: string): string => (access.keepUnknown ? `COALESCE(${expression}, ${d.literal(unknownName)})` : expression);
  // COUNT in HAVING, because a filter on the texts themselves would be pushed down to the records and computed there again.
  return `SELECT ${scope}, ${user}, ${resource}, ${day}, CAST(SUM(${count}) AS BIGINT) AS ${count}, ${d.sortedList(host)} AS ${hosts}, MIN(${first}) AS ${first}, MAX(${last}) AS ${last}
FROM (SELECT COALESCE(${access.scope}, '') AS ${scope}, ${named(access.user)} AS ${user}, ${named(access.resource)} AS ${resource}, ${day}, ${ipAddress(d, access.host)} AS ${host}, ${count}, ${first}, ${last}
FROM (${counted(d, access)}) AS counted) AS named
GROUP BY ${scope}, ${user}, ${resource}, ${day}
HAVING COUNT(${user}) > 0 AND COUNT(${resource}) > 0 AND COUNT(${first}) > 0
ORDER BY ${scope} NULLS LAST, ${user} NULLS LAST, ${resource} NULLS LAST, ${day} NULLS LAST`;
}

function counted(d: Dialect, { facts, at, where = [] }: Access): string {
  const [day, count, first, last, moment] = ['day', 'count', 'firstSeen', 'lastSeen', 'at'].map((name) => d.ident(name)) as [string, string, string, string, string];
  const names = [...facts.expressions.keys()].map((name) => d.ident(name)).join(', ');
  const told = [...facts.expressions].map(([name, expression]) => `${expression} AS ${d.ident(name)}`).join(', ');
  const conditions = where.length === 0 ? '' : ` WHERE ${where.map((condition) => `(${condition})`).join(' AND ')}`;
  return `SELECT ${names}, ${day}, COUNT(*) AS ${count}, MIN(${moment}) AS ${first}, MAX(${moment}) AS ${last}
FROM (SELECT ${names}, ${moment}, CAST(${moment} AS DATE) AS ${day} FROM (SELECT ${told}, ${at} AS ${moment} FROM source${conditions}) AS told) AS dated
GROUP BY ${names}, ${day}`;
}
