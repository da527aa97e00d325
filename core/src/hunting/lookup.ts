import type { FileFormat } from '../contracts/data-source.ts';
import { kqlText } from './kql-literal.ts';
import type { HuntedEvents } from './related-events.ts';

export interface Lookup {
  /** Of the detection; the watchlist is named after it. */
  readonly detection: string;
  readonly format: FileFormat;
  /** Raw events to look up; a table of the reader's own when absent. */
  readonly events?: HuntedEvents | undefined;
}

const columns = { scope: 'string', user: 'string', resource: 'string', firstSeen: 'datetime', lastSeen: 'datetime', days: 'long', count: 'real', share: 'real', usersOfResource: 'long', resourcesOfUser: 'long', isRare: 'bool', peers: 'long', peersUsing: 'long', peerRare: 'bool' } as const;

const watchlistName = (detection: string): string => `byoml-${detection}`;

/** A watchlist holds text alone. */
const watchlist = (detection: string): string => `_GetWatchlist(${kqlText(watchlistName(detection))})
    | project BaselineScope = tostring(scope), BaselineUser = tostring(user), BaselineResource = tostring(resource), FirstSeen = todatetime(firstSeen), LastSeen = todatetime(lastSeen), UsersOfResource = tolong(usersOfResource), IsRare = tobool(isRare), PeerRare = tobool(peerRare)`;

const external = (format: 'jsonl' | 'parquet'): string => `externaldata(${Object.entries(columns).map(([name, type]) => `${name}: ${type}`).join(', ')}) [
        h@"https://ACCOUNT.blob.core.windows.net/CONTAINER/FILE;SAS"
    ] with (format="${format === 'jsonl' ? 'multijson' : 'parquet'}")
    | project BaselineScope = scope, BaselineUser = user, BaselineResource = resource, FirstSeen = firstSeen, LastSeen = lastSeen, UsersOfResource = usersOfResource, IsRare = isRare, PeerRare = peerRare`;

const hours = '    | where TimeGenerated > ago(1h)';

function eventsText(events: HuntedEvents | undefined): string {
  if (!events) return `MyEvents // a table with the columns EventScope, EventUser and EventResource\n${hours}`;
  return [`${events.table}\n${hours}`, ...events.operators.split('\n').map((line) => `    ${line}`)].join('\n');
}

/** KQL that looks events up in an exported baseline: who uses the resource for the first time, or rarely, or unlike their peers. */
export const lookupKql = ({ detection, format, events }: Lookup): string => `let Baseline = ${format === 'csv' ? watchlist(detection) : external(format)};
let Events = ${eventsText(events)};
Events
| join kind=leftouter (Baseline) on $left.EventScope == $right.BaselineScope, $left.EventUser == $right.BaselineUser, $left.EventResource == $right.BaselineResource
| extend FirstTime = isempty(BaselineUser)
| where FirstTime or IsRare or PeerRare
| project-away BaselineScope, BaselineUser, BaselineResource`;

/** Where such a file goes, and what Microsoft's limits for it are. */
export const lookupAdvice = ({ detection, format }: Lookup): string =>
  format === 'csv'
    ? `Upload it as the watchlist "${watchlistName(detection)}" (search key: user). Watchlists take files of 3.8 MB from a computer and 500 MB from a storage account, and 10 million items in a workspace.`
    : 'Put it in a storage account and write its address into the query; a watchlist takes only CSV.';
