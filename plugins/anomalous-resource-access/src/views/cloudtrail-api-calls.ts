import { z } from '@byoml/core';
import { accessViewColumns, defineView, type Dialect } from '@byoml/core';
import { awsCloudTrailKql } from '../hunting/index.ts';
import { Facts } from './facts.ts';
import { pairDays } from './pair-days.ts';
import { unknownSetting } from './settings.ts';
import { firstMoment, firstText, optionalTexts } from './source-columns.ts';

/** Where a record keeps what the views need: CloudTrail's own names, or those of Sentinel's table, which differ in letter case alone and so cannot share a view. */
interface Names {
  readonly arn: string;
  readonly service: string;
  readonly principal: string;
  readonly user: string;
  readonly account: string;
  readonly region: string;
  readonly source: string;
  readonly event: string;
  readonly error: string;
  readonly address: string;
  readonly recipient: string;
  readonly target: string;
  readonly time: string;
}

const own: Names = {
  arn: 'userIdentity.arn',
  service: 'userIdentity.invokedBy',
  principal: 'userIdentity.principalId',
  user: 'userIdentity.userName',
  account: 'userIdentity.accountId',
  region: 'awsRegion',
  source: 'eventSource',
  event: 'eventName',
  error: 'errorCode',
  address: 'sourceIPAddress',
  recipient: 'recipientAccountId',
  target: 'resources[0].ARN',
  time: 'eventTime',
};

const sentinel: Names = {
  arn: 'UserIdentityArn',
  service: 'UserIdentityInvokedBy',
  principal: 'UserIdentityPrincipalid',
  user: 'UserIdentityUserName',
  account: 'UserIdentityAccountId',
  region: 'AWSRegion',
  source: 'EventSource',
  event: 'EventName',
  error: 'ErrorCode',
  address: 'SourceIpAddress',
  recipient: 'RecipientAccountId',
  target: 'Resources[0].ARN',
  time: 'EventTime',
};

const settings = z.strictObject({
  resource: z.enum(['call', 'call-and-arn']).default('call').describe('A resource is service:call (s3.amazonaws.com:GetObject), or that and the ARN of the first resource of the call'),
  sessions: z.enum(['role', 'session']).default('role').describe('Sessions of an assumed role are one user, the role, or a user each'),
  services: z.enum(['keep', 'drop']).default('keep').describe('Calls that an AWS service made by itself: count them under its name (ec2.amazonaws.com), or leave them out'),
  calls: z.enum(['all', 'successful']).default('all').describe('All calls, or only those without an error code'),
  scope: z.enum(['none', 'account']).default('none').describe('What isolates accesses from each other: nothing, or the account that received the call'),
  unknown: unknownSetting,
});
type Settings = z.output<typeof settings>;

/** `arn:aws:sts::1:assumed-role/Role/session` → `arn:aws:sts::1:assumed-role/Role`; other ARNs as they are. */
function roleOfArn(d: Dialect, whole: string): string {
  const role = `SPLIT_PART(${whole}, '/', 1) || '/' || SPLIT_PART(${whole}, '/', 2)`;
  return `CASE WHEN ${d.matches(whole, '^arn:[^:]+:sts::[0-9]*:assumed-role/')} THEN ${role} ELSE ${whole} END`;
}

/** Failed console sign-ins name an account and a user, but no ARN. */
function userArn(facts: Facts, names: Names): string {
  const region = facts.text('region', names.region);
  const partition = `CASE WHEN ${region} LIKE 'cn-%' THEN 'aws-cn' WHEN ${region} LIKE 'us-gov-%' THEN 'aws-us-gov' ELSE 'aws' END`;
  return `'arn:' || ${partition} || ':iam::' || ${facts.text('account', names.account)} || ':user/' || ${facts.text('name', names.user)}`;
}

/** ARN, service, name, or the identity itself: `AROA…:session` without its session. */
function principal(d: Dialect, facts: Facts, names: Names, sessions: Settings['sessions']): string {
  const arn = facts.text('arn', names.arn);
  const id = facts.text('identity', names.principal);
  const [who, identity] = sessions === 'role' ? [roleOfArn(d, arn), `SPLIT_PART(${id}, ':', 1)`] : [arn, id];
  return `COALESCE(${who}, ${facts.text('service', names.service)}, ${userArn(facts, names)}, ${facts.text('name', names.user)}, ${identity})`;
}

function resource(facts: Facts, names: Names, kind: Settings['resource']): string {
  const call = `${facts.text('source', names.source)} || ':' || ${facts.text('event', names.event)}`;
  return kind === 'call' ? call : `${call} || COALESCE(' ' || ${facts.text('target', names.target)}, '')`;
}

function conditions(d: Dialect, names: Names, { services, calls }: Settings): string[] {
  const kept = [];
  if (services === 'drop') kept.push(`${firstText(d, names.arn)} IS NOT NULL OR ${firstText(d, names.service)} IS NULL`);
  if (calls === 'successful') kept.push(`${firstText(d, names.error)} IS NULL`);
  return kept;
}

const generated = 'TimeGenerated';

const callsBy = (names: Names) => (d: Dialect, chosen: Settings): string => {
  const facts = new Facts(d);
  return pairDays(d, {
    facts,
    at: firstMoment(d, names.time, generated),
    where: conditions(d, names, chosen),
    scope: chosen.scope === 'account' ? facts.text('recipient', names.recipient) : `''`,
    user: principal(d, facts, names, chosen.sessions),
    resource: resource(facts, names, chosen.resource),
    host: facts.text('address', names.address),
    keepUnknown: chosen.unknown === 'keep',
  });
};

const columnsOf = ({ source, event, ...others }: Names) => ({ ...optionalTexts(...Object.values(others), generated), [source]: z.string(), [event]: z.string() });

export const cloudtrailApiCalls = defineView({
  id: 'cloudtrail-api-calls',
  summary: 'AWS API calls of principals (records of CloudTrail)',
  settings,
  table: 'CloudTrail',
  columns: columnsOf(own),
  where: [],
  output: accessViewColumns,
  sql: callsBy(own),
});

export const sentinelCloudtrailApiCalls = defineView({
  id: 'sentinel-cloudtrail-api-calls',
  summary: 'AWS API calls of principals (table AWSCloudTrail of Sentinel)',
  settings,
  table: 'AWSCloudTrail',
  columns: columnsOf(sentinel),
  where: [],
  output: accessViewColumns,
  hunting: awsCloudTrailKql,
  sql: callsBy(sentinel),
});
