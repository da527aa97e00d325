import { z } from '@byoml/core';
import { accessViewColumns, defineView, type Dialect } from '@byoml/core';
import { windowsFileSharesKql } from '../hunting/index.ts';
import { Facts } from './facts.ts';
import { pairDays } from './pair-days.ts';
import { unknownSetting } from './settings.ts';
import { firstMoment, firstText, optionalTexts } from './source-columns.ts';
import { inEventData, isMachineAccount, subject, subjectColumns } from './windows-account.ts';

const event = ['EventID', 'event_id', 'winlog.event_id', 'event.code'] as const;
const share = inEventData('ShareName');
const target = inEventData('RelativeTargetName');
const address = inEventData('IpAddress');
const computer = ['Computer', 'Hostname', 'computer_name', 'winlog.computer_name'] as const;
// NXLog's EventTime has no zone, so it comes last.
const time = ['TimeGenerated', '@timestamp', 'TimeCreated', 'EventTime'] as const;
const columns = optionalTexts(...event, ...subjectColumns, ...share, ...target, ...address, ...computer, ...time, 'TenantId');

const settings = z.strictObject({
  events: z.enum(['all', '5140', '5145']).default('all').describe('Which events count: 5140 (a share was opened), 5145 (a file on it was checked), or both'),
  noise: z.enum(['drop', 'keep']).default('drop').describe('Machine and Windows service accounts, and the shares IPC$, SYSVOL and NETLOGON: leave them out, or keep them'),
  user: z.enum(['account', 'name']).default('account').describe('A user is DOMAIN\\name, or the name alone'),
  resource: z.enum(['server-share', 'share']).default('server-share').describe('A resource is \\\\SERVER\\share, or \\\\*\\share, which makes shares of one name one resource'),
  depth: z.int().min(0).max(8).default(0).describe('How many folders below the share belong to the resource; only 5145 names them'),
  scope: z.enum(['none', 'domain', 'tenant']).default('none').describe('What isolates accesses from each other: nothing, the domain of the account, or TenantId'),
  unknown: unknownSetting,
});
type Settings = z.output<typeof settings>;

const backslash = '\\';

/** Folders that hold the target, at most `depth`, each behind a backslash; in lower case, since clients spell them as they like. */
function folders(d: Dialect, path: string, depth: number): string {
  const slash = d.literal(backslash);
  const parent = `regexp_replace(TRIM(BOTH ${slash} FROM LOWER(${path})), ${d.literal(String.raw`\\?[^\\]*$`)}, '')`;
  return Array.from({ length: depth }, (_, i) => ` || COALESCE(${slash} || NULLIF(SPLIT_PART(${parent}, ${slash}, ${i + 1}), ''), '')`).join('');
}

/** `\\SERVER\share` and folders; the share as its server spells it, the server in upper case. */
function resource(d: Dialect, facts: Facts, { resource: kind, depth }: Settings): string {
  const slash = d.literal(backslash);
  const server = kind === 'share' ? `'*'` : `COALESCE(UPPER(${facts.text('computer', ...computer)}), '*')`;
  const name = `NULLIF(SPLIT_PART(TRIM(TRAILING ${slash} FROM ${facts.text('share', ...share)}), ${slash}, -1), '')`;
  const root = `${d.literal('\\\\')} || ${server} || ${slash} || ${name}`;
  return depth === 0 ? root : root + folders(d, facts.text('target', ...target), depth);
}

const quietShares = ['ipc$', 'sysvol', 'netlogon'];

/** Whether a record is of a share that every logon opens. */
function isQuietShare(d: Dialect): string {
  const spelled = `LOWER(${firstText(d, ...share)})`;
  return `COALESCE(${quietShares.map((name) => `RIGHT(${spelled}, ${name.length + 1}) = ${d.literal(backslash + name)} OR ${spelled} = ${d.literal(name)}`).join(' OR ')}, FALSE)`;
}

function conditions(d: Dialect, { events, noise }: Settings): string[] {
  const kept = [];
  if (events !== 'all') kept.push(`${firstText(d, ...event)} = ${d.literal(events)}`);
  if (noise === 'drop') kept.push(`NOT ${isMachineAccount(d)}`, `NOT ${isQuietShare(d)}`);
  return kept;
}

export const windowsFileShares = defineView({
  id: 'windows-file-shares',
  summary: 'Accesses of accounts to Windows file shares (security events 5140 and 5145)',
  settings,
  table: 'SecurityEvent',
  columns,
  where: [{ columns: event, in: ['5140', '5145'] }],
  output: accessViewColumns,
  hunting: windowsFileSharesKql,
  sql(d, chosen) {
    const facts = new Facts(d);
    const who = subject(d, facts);
    const scopes = { none: () => `''`, domain: () => who.domain, tenant: () => facts.text('tenant', 'TenantId') };
    return pairDays(d, {
      facts,
      at: firstMoment(d, ...time),
      where: conditions(d, chosen),
      scope: scopes[chosen.scope](),
      user: chosen.user === 'name' ? who.name : who.account,
      resource: resource(d, facts, chosen),
      host: facts.text('address', ...address),
      keepUnknown: chosen.unknown === 'keep',
    });
  },
});
