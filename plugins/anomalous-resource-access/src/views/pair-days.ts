import type { Dialect } from '@byoml/core';
import { ipAddress } from './ip-address.ts';

/** What one record says about an access, as SQL text over `source`. */
export interface AccessRecord {
  readonly scope: string;
  readonly user: string;
  readonly resource: string;
  /** TIMESTAMP in UTC. */
  readonly at: string;
  /** Text that may hold an IP address. */
  readonly host: string;
  /** Conditions over the record that must hold; NULL counts as not holding. */
  readonly where?: readonly string[];
  /** Whether records without a user or resource count under the name `(unknown)` instead of being left out. */
  readonly keepUnknown: boolean;
}

export const unknownName = '(unknown)';

/** A SELECT with the columns of `accessViewColumns`: one row per (scope, user, resource, UTC day), in that order. */
export function pairDays(d: Dialect, record: AccessRecord): string {
  const named = (expression: string): string => (record.keepUnknown ? `COALESCE(${expression}, ${d.literal(unknownName)})` : expression);
  const [scope, user, resource, day, at, host] = ['scope', 'user', 'resource', 'day', 'at', 'host'].map((name) => d.ident(name)) as [string, string, string, string, string, string];
  const conditions = record.where?.length ? `WHERE ${record.where.map((condition) => `(${condition})`).join(' AND ')}` : '';
  const accesses = `SELECT COALESCE(${record.scope}, '') AS ${scope}, ${named(record.user)} AS ${user}, ${named(record.resource)} AS ${resource}, ${record.at} AS ${at}, ${record.host} AS ${host}
FROM source ${conditions}`;
  const dated = `SELECT ${scope}, ${user}, ${resource}, ${d.utcDay(at)} AS ${day}, ${at}, ${ipAddress(d, host)} AS ${host}
FROM (${accesses}) AS accesses WHERE ${user} IS NOT NULL AND ${resource} IS NOT NULL AND ${at} IS NOT NULL`;
  return `SELECT ${scope}, ${user}, ${resource}, ${day}, CAST(COUNT(*) AS BIGINT) AS ${d.ident('count')}, ${d.sortedList(host)} AS ${d.ident('sourceHosts')}, MIN(${at}) AS ${d.ident('firstSeen')}, MAX(${at}) AS ${d.ident('lastSeen')}
FROM (${dated}) AS dated
GROUP BY ${scope}, ${user}, ${resource}, ${day}
ORDER BY ${scope} NULLS LAST, ${user} NULLS LAST, ${resource} NULLS LAST, ${day} NULLS LAST`;
}
