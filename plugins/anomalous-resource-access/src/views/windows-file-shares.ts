import { z } from 'zod';
import { accessViewColumns, defineView, type Dialect } from '@byoml/core';
import { pairDays } from './pair-days.ts';
import { unknownSetting } from './settings.ts';
import { firstMoment, firstText, optionalTexts } from './source-columns.ts';
import { isMachineAccount, subjectAccount, subjectColumns, subjectDomain, subjectName } from './windows-account.ts';

const inEventData = <Name extends string>(name: Name) => [name, `event_data.${name}`, `winlog.event_data.${name}`, `EventData.${name}`] as const;

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

/** Share name as its server spells it, without the server; NULL when the event names none. */
const shareName = (d: Dialect): string =>
  `NULLIF(SPLIT_PART(TRIM(TRAILING ${d.literal(backslash)} FROM ${firstText(d, ...share)}), ${d.literal(backslash)}, -1), '')`;

/** Folders that hold the target, at most `depth`, each behind a backslash; in lower case, since clients spell them as they like. */
function folders(d: Dialect, depth: number): string {
  const slash = d.literal(backslash);
  const parent = `regexp_replace(TRIM(BOTH ${slash} FROM LOWER(${firstText(d, ...target)})), ${d.literal(String.raw`\\?[^\\]*$`)}, '')`;
  return Array.from({ length: depth }, (_, i) => `COALESCE(${slash} || NULLIF(SPLIT_PART(${parent}, ${slash}, ${i + 1}), ''), '')`).join(' || ');
}

function resource(d: Dialect, { resource: kind, depth }: Settings): string {
  const server = kind === 'share' ? `'*'` : `COALESCE(UPPER(${firstText(d, ...computer)}), '*')`;
  const root = `${d.literal('\\\\')} || ${server} || ${d.literal(backslash)} || ${shareName(d)}`;
  return depth === 0 ? root : `${root} || ${folders(d, depth)}`;
}

function scope(d: Dialect, kind: Settings['scope']): string {
  if (kind === 'domain') return subjectDomain(d);
  return kind === 'tenant' ? firstText(d, 'TenantId') : `''`;
}

const quiet = ['ipc$', 'sysvol', 'netlogon'];

function conditions(d: Dialect, { events, noise }: Settings): string[] {
  const kept = [];
  if (events !== 'all') kept.push(`${firstText(d, ...event)} = ${d.literal(events)}`);
  if (noise === 'drop') {
    kept.push(`NOT COALESCE(${isMachineAccount(d)}, FALSE)`);
    kept.push(`NOT COALESCE(LOWER(${shareName(d)}) IN (${quiet.map((name) => d.literal(name)).join(', ')}), FALSE)`);
  }
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
  sql: (d, chosen) =>
    pairDays(d, {
      scope: scope(d, chosen.scope),
      user: chosen.user === 'name' ? subjectName(d) : subjectAccount(d),
      resource: resource(d, chosen),
      at: firstMoment(d, ...time),
      host: firstText(d, ...address),
      where: conditions(d, chosen),
      keepUnknown: chosen.unknown === 'keep',
    }),
});
