import type { AlgorithmFixture, Conformance, ConformanceHost, RuleTemplateFixture, ViewFixture } from '@byoml/core/testkit';
import { profiles } from './als-access/settings.ts';

const access = (user: string, resource: string, i: number) => ({ user, resource, count: 1 + (i % 3), day: 20_400 + (i % 30) });
const teams = ['sales', 'plant'] as const;
const size = 6;
const pairs = teams.flatMap((team) => Array.from({ length: size * size }, (_, i) => ({ team, user: `${team}-${Math.floor(i / size)}`, at: i % size, i })));
const hidden = ({ i }: { readonly i: number }): boolean => i % 7 === 3;

/** Two teams who use nearly all of their own resources, and one that everybody uses. */
const training = [
  ...pairs.filter((pair) => !hidden(pair)).map(({ team, user, at, i }) => access(user, `${team}-share-${at}`, i)),
  ...pairs.filter(({ at }) => at === 0).map(({ user, i }) => access(user, 'wiki', i)),
];
const usual = pairs.filter(hidden).map(({ team, user, at, i }) => access(user, `${team}-share-${at}`, i));
const odd = pairs.filter(({ i }) => i % 9 === 4).map(({ team, user, at, i }) => access(user, `${team === 'sales' ? 'plant' : 'sales'}-share-${at}`, i));

const learning: AlgorithmFixture = { training, usual, odd };
const onGraph: AlgorithmFixture = { ...learning, can: { explain: true, refit: true, scoreErased: true, update: true } };

const at = (time: string, record: object): object => ({ TimeGenerated: time, ...record });
const midnight = (record: object): Required<ViewFixture>['midnight'] => [
  { record: at('2026-11-24T23:59:59.9Z', record), day: '2026-11-24' },
  { record: at('2026-11-25T00:30:00+01:00', record), day: '2026-11-24' },
  { record: at('2026-11-25T00:00:00Z', record), day: '2026-11-25' },
];

function windowsFileShares({ engine }: ConformanceHost): ViewFixture {
  const opened = { EventID: 5140, SubjectUserName: 'Ann', SubjectDomainName: 'dom', ShareName: '\\\\*\\HR', IpAddress: '10.0.0.5', Computer: 'fs1' };
  const nested = { event_id: '5145', event_data: { SubjectUserName: 'bob', SubjectDomainName: 'DOM', ShareName: '\\\\*\\wiki', IpAddress: '10.0.0.7' }, Computer: 'fs1' };
  return {
    engine,
    records: [
      at('2026-11-24T08:00:00Z', opened),
      at('2026-11-24T09:00:00Z', { ...opened, IpAddress: '10.0.0.6' }),
      at('2026-11-24T09:00:00Z', nested),
      at('2026-11-24T09:00:00Z', { ...opened, SubjectUserName: 'FS1$' }),
      at('2026-11-24T09:00:00Z', { ...opened, EventID: 4624 }),
    ],
    rows: [
      { user: 'DOM\\ann', resource: '\\\\FS1\\HR', day: '2026-11-24', count: 2, sourceHosts: ['10.0.0.5', '10.0.0.6'], lastSeen: '2026-11-24T09:00:00.000Z' },
      { user: 'DOM\\bob', resource: '\\\\FS1\\wiki', day: '2026-11-24', count: 1, sourceHosts: ['10.0.0.7'], lastSeen: '2026-11-24T09:00:00.000Z' },
    ],
    midnight: midnight(opened),
  };
}

function officeFiles({ engine }: ConformanceHost): ViewFixture {
  const opened = { Operation: 'FileAccessed', UserId: 'Ann@x.org', OfficeObjectId: 'https://x.sharepoint.com/sites/HR/pay/may.xlsx', Site_Url: 'https://x.sharepoint.com/sites/HR/', ClientIP: '10.0.0.5' };
  return {
    engine,
    records: [at('2026-11-24T08:00:00Z', opened), at('2026-11-24T09:00:00Z', { ...opened, UserId: 'app@sharepoint' }), at('2026-11-24T09:00:00Z', { ...opened, Operation: 'MailItemsAccessed' })],
    rows: [{ user: 'ann@x.org', resource: 'https://x.sharepoint.com/sites/hr/pay', day: '2026-11-24', count: 1 }],
    midnight: midnight(opened),
  };
}

function officeOperations({ engine }: ConformanceHost): ViewFixture {
  const done = { Operation: 'New-InboundConnector', UserId: 'Ann@x.org', OfficeWorkload: 'Exchange', ClientIP: '[2001:db8::1]:443' };
  return {
    engine,
    records: [at('2026-11-24T08:00:00Z', done), at('2026-11-24T09:00:00Z', done)],
    rows: [{ user: 'ann@x.org', resource: 'New-InboundConnector', day: '2026-11-24', count: 2 }],
    midnight: midnight(done),
  };
}

function signIns({ engine }: ConformanceHost): ViewFixture {
  const signedIn = { UserPrincipalName: 'Ann@x.org', AppDisplayName: 'Payroll', IPAddress: '10.0.0.5', ResultType: '0' };
  return {
    engine,
    records: [at('2026-11-24T08:00:00Z', signedIn), at('2026-11-24T09:00:00Z', { ...signedIn, ResultType: '50126' })],
    rows: [{ user: 'ann@x.org', resource: 'Payroll', day: '2026-11-24', count: 1, sourceHosts: ['10.0.0.5'] }],
    midnight: midnight(signedIn),
  };
}

function cloudtrailApiCalls({ engine }: ConformanceHost): ViewFixture {
  const called = { eventSource: 's3.amazonaws.com', eventName: 'GetObject', userIdentity: { arn: 'arn:aws:sts::1:assumed-role/Reader/ann' }, sourceIPAddress: '10.0.0.5' };
  return {
    engine,
    records: [at('2026-11-24T08:00:00Z', called), at('2026-11-24T09:00:00Z', { ...called, userIdentity: { invokedBy: 'ec2.amazonaws.com' } })],
    rows: [
      { user: 'arn:aws:sts::1:assumed-role/Reader', resource: 's3.amazonaws.com:GetObject', day: '2026-11-24', count: 1 },
      { user: 'ec2.amazonaws.com', resource: 's3.amazonaws.com:GetObject', day: '2026-11-24', count: 1 },
    ],
    midnight: midnight(called),
  };
}

function sentinelCloudtrailApiCalls({ engine }: ConformanceHost): ViewFixture {
  const called = { EventSource: 's3.amazonaws.com', EventName: 'GetObject', UserIdentityArn: 'arn:aws:sts::1:assumed-role/Reader/ann', SourceIpAddress: '10.0.0.5' };
  return {
    engine,
    records: [at('2026-11-24T08:00:00Z', called), at('2026-11-24T09:00:00Z', { ...called, UserIdentityArn: '', UserIdentityInvokedBy: 'ec2.amazonaws.com' })],
    rows: [
      { user: 'arn:aws:sts::1:assumed-role/Reader', resource: 's3.amazonaws.com:GetObject', day: '2026-11-24', count: 1 },
      { user: 'ec2.amazonaws.com', resource: 's3.amazonaws.com:GetObject', day: '2026-11-24', count: 1 },
    ],
    midnight: midnight(called),
  };
}

const scored = (over: object): RuleTemplateFixture['fires'][number][number] => ({
  scope: '', user: 'DOM\\ann', resource: '\\\\FS1\\HR', day: 20_416, count: 2, surprise: 9.1, pValue: 1 / 2300, score: 99.9, status: 'scored', sourceHosts: ['10.0.0.5'], ...over,
});

const unusualAccess: RuleTemplateFixture = {
  settings: { alertAt: 0.01 },
  fires: [[scored({})], [scored({ pValue: 0.01 })], [scored({ status: 'new-user', sourceHosts: undefined })], [scored({ status: 'unconnected', user: 'ann@x.org', resource: 'Payroll' }), scored({ pValue: 0.9 })]],
  silent: [[scored({ pValue: 0.0101 })], [scored({ status: 'known' })]],
};

export const conformance: Conformance = (host) => ({
  'algorithm/access-walk': { ...onGraph, settings: { b: 1 }, can: { ...onGraph.can, update: { asRefit: 1e-9 } } },
  'algorithm/access-walk:own-exponent': onGraph,
  'algorithm/als-access': { ...learning, can: { explain: true, refit: true } },
  'algorithm/als-access:compat': { ...learning, settings: profiles.compat, scopes: 'joint', can: { explain: true, refit: true } },
  'algorithm/peer-lift': onGraph,
  'algorithm/resource-cosine': { ...onGraph, can: { ...onGraph.can, update: { asRefit: 1e-9 } } },
  'rule-template/unusual-access': unusualAccess,
  'view/windows-file-shares': windowsFileShares(host),
  'view/office-files': officeFiles(host),
  'view/office-operations': officeOperations(host),
  'view/sign-ins': signIns(host),
  'view/cloudtrail-api-calls': cloudtrailApiCalls(host),
  'view/sentinel-cloudtrail-api-calls': sentinelCloudtrailApiCalls(host),
});
