/** What columns of the same meaning are called in the field: products, exports, hand-made tables. Spelled without case and separators. */
const meanings: ReadonlyArray<readonly string[]> = [
  ['user', 'username', 'account', 'accountname', 'subjectusername', 'subjectaccount', 'targetusername', 'userprincipalname', 'upn', 'userid', 'useridentityarn', 'useridentityusername', 'actor', 'principal', 'principalname', 'samaccountname', 'login', 'loginname', 'logon', 'caller', 'identity', 'initiatedby', 'employee', 'person', 'who', 'owner', 'subject', 'sourceuser', 'srcuser', 'suser'],
  ['resource', 'resourcename', 'resourceid', 'resourcedisplayname', 'share', 'sharename', 'sharepath', 'objectname', 'objectid', 'object', 'target', 'targetresource', 'targetname', 'destination', 'application', 'appdisplayname', 'app', 'file', 'filename', 'filepath', 'folder', 'path', 'url', 'site', 'siteurl', 'bucket', 'asset', 'item', 'itemname', 'what', 'database', 'table', 'repository', 'repo', 'host', 'hostname', 'server', 'computer'],
  ['lastseen', 'timegenerated', 'timestamp', 'time', 'datetime', 'eventtime', 'creationtime', 'createddatetime', 'timecreated', 'occurred', 'occurredat', 'at', 'when', 'accesstime', 'lastaccess', 'last', 'endtime', 'ts'],
  ['day', 'date', 'eventdate', 'accessdate', 'accessday', 'utcday'],
  ['firstseen', 'first', 'firstaccess', 'starttime', 'begintime'],
  ['count', 'hits', 'events', 'eventcount', 'accesses', 'times', 'total', 'n', 'number', 'frequency'],
  ['scope', 'tenant', 'tenantid', 'aadtenantid', 'organizationid', 'domain', 'subjectdomainname', 'workspace', 'accountid', 'recipientaccountid', 'customer'],
  ['sourcehosts', 'ipaddress', 'clientip', 'sourceip', 'sourceipaddress', 'srcip', 'ip', 'callerip', 'address', 'client'],
  ['manager', 'managername', 'supervisor', 'boss', 'reportsto', 'lead'],
  ['team', 'teamname', 'group', 'groupname', 'squad', 'unit'],
  ['department', 'dept', 'departmentname', 'division', 'businessunit', 'ou', 'org', 'organisation', 'organization'],
  ['title', 'jobtitle', 'job', 'role', 'position', 'function'],
  ['eventid', 'id', 'eventcode', 'code'],
  ['eventname', 'operation', 'operationname', 'action', 'activity', 'apicall'],
  ['eventsource', 'service', 'workload', 'officeworkload', 'provider', 'product'],
];

/** A name as the tables of meanings spell it: the last step of a path, in lower case, without separators. */
export const folded = (path: string): string => (path.split('.').at(-1) ?? path).toLowerCase().replaceAll(/\[\d+\]|[\s_@-]/gu, '');

/** How far down the list of names of the same meaning another name stands; undefined when it means something else. */
export function synonymRank(name: string, other: string): number | undefined {
  const [wanted, found] = [folded(name), folded(other)];
  if (wanted === found) return -1;
  const rank = meanings.find((names) => names.includes(wanted))?.indexOf(found) ?? -1;
  return rank < 0 ? undefined : rank;
}
