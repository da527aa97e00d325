import { firstText, named } from './names.ts';

interface Chosen {
  readonly events: 'all' | '5140' | '5145';
  readonly user: 'account' | 'name';
  readonly resource: 'server-share' | 'share';
  readonly depth: number;
  readonly scope: 'none' | 'domain' | 'tenant';
  readonly noise: 'drop' | 'keep';
}

/** Text that is not just `-`. */
const stated = (...columns: readonly string[]): string => `replace_regex(${firstText(...columns)}, "^-$", "")`;

/** Folders that hold the target, at most `depth`, each behind a backslash; in lower case. */
const folders = (depth: number): string => String.raw`
| extend EventFolder = extract(@"^(.*[^\\])\\+[^\\]*$", 1, tolower(trim(@"\\+", ${firstText('RelativeTargetName')})))
| extend EventFolder = iff(isempty(EventFolder), "", strcat("\\", strcat_array(array_slice(split(EventFolder, "\\"), 0, ${depth - 1}), "\\")))`;

/** Machine accounts, those that Windows itself uses, and the shares that every logon opens. */
const quiet = `
| where not(EventAccount endswith "$" or EventAccount in ("system", "anonymous logon", "local service", "network service") or ${firstText('SubjectUserSid')} in ("S-1-5-18", "S-1-5-7", "S-1-5-19", "S-1-5-20") or EventShare in~ ("IPC$", "SYSVOL", "NETLOGON"))`;

/** Security events 5140 and 5145. */
export function windowsFileSharesKql({ events, user, resource, depth, scope, noise }: Chosen): string {
  const scopes = { none: '""', domain: 'EventDomain', tenant: firstText('TenantId') };
  const server = resource === 'share' ? '"*"' : `coalesce(toupper(${firstText('Computer')}), "*")`;
  return String.raw`| where EventID in (${events === 'all' ? '5140, 5145' : events})
| extend EventAccount = ${stated('Account', 'SubjectAccount')}
| extend EventDomain = toupper(coalesce(${stated('SubjectDomainName')}, iff(EventAccount contains "\\", tostring(split(EventAccount, "\\")[0]), "")))
| extend EventAccount = tolower(coalesce(${stated('SubjectUserName')}, tostring(split(EventAccount, "\\")[-1])))
| extend EventShare = tostring(split(trim_end(@"\\+", ${firstText('ShareName')}), "\\")[-1])${noise === 'drop' ? quiet : ''}${depth > 0 ? folders(depth) : ''}
${named({
  scope: scopes[scope],
  user: user === 'name' ? 'EventAccount' : String.raw`iff(isempty(EventDomain), EventAccount, strcat(EventDomain, "\\", EventAccount))`,
  resource: String.raw`iff(isempty(EventShare), "", strcat(@"\\", ${server}, "\\", EventShare${depth > 0 ? ', EventFolder' : ''}))`,
  host: firstText('IpAddress'),
})}
| project-away EventAccount, EventDomain, EventShare${depth > 0 ? ', EventFolder' : ''}`;
}
