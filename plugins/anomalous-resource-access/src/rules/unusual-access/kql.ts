import type { Decision } from './decision.ts';
import { decisionsOf } from './decision.ts';
import { kqlReal, kqlText } from '@byoml/core/hunting';
import type { Settings } from './settings.ts';

/** The table that alerts are written to. */
const alertTable = 'ByomlAnomalousAccess_CL';

const named = (severity: string): string => severity.charAt(0).toUpperCase() + severity.slice(1);

const line = ({ statuses, atMost, severity }: Decision): string =>
  `    Status in (${statuses.map(kqlText).join(', ')}) and PValue <= ${kqlReal(atMost)}, ${kqlText(named(severity))},\n`;

/** The rule as the query of a Sentinel analytics rule: one row per alert, in its last revision, with the columns that `sentinelAlert` maps. */
export function kql(chosen: Settings): string {
  const ofDetection = chosen.detection === undefined ? '' : `| where Detection == ${kqlText(chosen.detection)}\n`;
  return `${alertTable}
| where TimeGenerated > ago(${chosen.lookBack})
${ofDetection}| summarize arg_max(Revision, *) by RecordId
| where RuleStatus == "Production"
| where not(Withdrawn)
| extend Status = CandidateStatus, Message = Description
| extend AlertSeverity = case(
${decisionsOf(chosen).map(line).join('')}    "")
| where isnotempty(AlertSeverity)
| extend Backslash = indexof(UserName, "\\\\"), UPNSuffix = extract("^[^\\\\\\\\@/:\\\\s]+@([^\\\\\\\\@/:\\\\s]+)$", 1, UserName)
| extend NTDomain = iff(Backslash > 0, substring(UserName, 0, Backslash), "")
| extend AccountName = case(Backslash >= 0, substring(UserName, Backslash + 1), isnotempty(UPNSuffix), substring(UserName, 0, indexof(UserName, "@")), UserName)
| extend SourceHost = iff(array_length(SourceHosts) == 1, tostring(SourceHosts[0]), "")
| extend IPAddress = iff(isnotempty(parse_ipv6(SourceHost)), SourceHost, "")
| extend HostName = iff(isempty(IPAddress), SourceHost, "")
| extend OneIn = tolong(round(1.0 / PValue))
| project TimeGenerated, AlertSeverity, Message, UserName, NTDomain, AccountName, UPNSuffix, ResourceName, HostName, IPAddress, OneIn, PValue, Score, Surprise, Status, Detection, ScopeId, RecordId, Revision, SourceHosts
| sort by PValue asc, Surprise desc`;
}
