import { durationText } from '../detection-file/duration.ts';
import { kqlInstant, kqlText } from './kql-literal.ts';

/** The raw events of a view, as Sentinel has them. */
export interface HuntedEvents {
  readonly table: string;
  /** What a view's `hunting` gives. */
  readonly operators: string;
}

/** An alert whose values are written into the query. */
export interface HuntedAlert {
  readonly scope: string;
  readonly user: string;
  readonly resource: string;
  readonly sourceHosts: readonly string[];
  /** From the first to the last access, milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

export interface Hunt {
  readonly events: HuntedEvents;
  /** How long before and after the accesses other events count, milliseconds. */
  readonly aroundMs: number;
}

export interface HuntOfResults extends Hunt {
  /** The table of results. */
  readonly results: string;
  readonly detection: string;
  /** How far back alerts are taken, milliseconds. */
  readonly lookBackMs: number;
}

const relations = { access: 'the access', account: 'the account', resource: 'the resource', host: 'the host' } as const;
const hostText = 'tostring(Host)';

const indented = (operators: string): string => operators.split('\n').map((line) => `    ${line}`).join('\n');

/**
 * KQL that puts the raw events beside the alerts of a detection that hold (latest revision, not withdrawn, in production): each access itself (`Related` says
 * "the access"), and what the account did, who used the resource and what came from its hosts about the same time.
 */
export function resultsKql({ events, aroundMs, results, detection, lookBackMs }: HuntOfResults): string {
  const around = durationText(aroundMs);
  return `let Alerts = materialize(${results}
    | where TimeGenerated > ago(${durationText(lookBackMs)})
    | where Detection == ${kqlText(detection)}
    | summarize arg_max(Revision, *) by RecordId
    | where not(Withdrawn) and RuleStatus == "Production"
    | project RecordId, AlertTitle, AlertSeverity = Severity, AlertScore = Score, AlertScope = ScopeId, AlertUser = UserName, AlertResource = ResourceName, AlertHosts = SourceHosts, From = StartTime - ${around}, To = EndTime + ${around});
let Events = ${events.table}
    | where TimeGenerated between (toscalar(Alerts | summarize min(From)) .. toscalar(Alerts | summarize max(To)))
${indented(events.operators)};
union
    (Alerts
    | join kind=inner (Events) on $left.AlertScope == $right.EventScope, $left.AlertUser == $right.EventUser
    | extend Related = iff(EventResource == AlertResource, ${kqlText(relations.access)}, ${kqlText(relations.account)})),
    (Alerts
    | join kind=inner (Events) on $left.AlertScope == $right.EventScope, $left.AlertResource == $right.EventResource
    | where EventUser != AlertUser
    | extend Related = ${kqlText(relations.resource)}),
    (Alerts
    | mv-expand Host = AlertHosts
    | extend AlertHost = ${hostText}
    | where isnotempty(AlertHost)
    | join kind=inner (Events) on $left.AlertScope == $right.EventScope, $left.AlertHost == $right.EventHost
    | where EventUser != AlertUser and EventResource != AlertResource
    | project-away Host
    | extend Related = ${kqlText(relations.host)})
| where TimeGenerated between (From .. To)
| project-reorder AlertScore, AlertSeverity, RecordId, Related, TimeGenerated, EventUser, EventResource, EventHost
| sort by AlertScore desc, RecordId asc, TimeGenerated asc`;
}

/** KQL for the raw events about one alert; needs no table of results. */
export function alertKql({ events, aroundMs, alert }: Hunt & { readonly alert: HuntedAlert }): string {
  const hosts = alert.sourceHosts.filter((host) => host !== '');
  const ofHost = hosts.length === 0 ? '' : `\n    EventHost in (${hosts.map(kqlText).join(', ')}), ${kqlText(relations.host)},`;
  return `${events.table}
| where TimeGenerated between (${kqlInstant(alert.from - aroundMs)} .. ${kqlInstant(alert.to + aroundMs)})
${events.operators}
| where EventScope == ${kqlText(alert.scope)}
| extend Related = case(
    EventUser == ${kqlText(alert.user)} and EventResource == ${kqlText(alert.resource)}, ${kqlText(relations.access)},
    EventUser == ${kqlText(alert.user)}, ${kqlText(relations.account)},
    EventResource == ${kqlText(alert.resource)}, ${kqlText(relations.resource)},${ofHost}
    "")
| where isnotempty(Related)
| project-reorder Related, TimeGenerated, EventUser, EventResource, EventHost
| sort by TimeGenerated asc`;
}
