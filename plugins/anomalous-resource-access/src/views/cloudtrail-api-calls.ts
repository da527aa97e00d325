import { z } from 'zod';
import { accessViewColumns, defineView, type Dialect } from '@byoml/core';
import { pairDays } from './pair-days.ts';
import { unknownSetting } from './settings.ts';
import { firstMoment, firstText, optionalTexts } from './source-columns.ts';

const arn = ['userIdentity.arn', 'UserIdentityArn'] as const;
const service = ['userIdentity.invokedBy', 'UserIdentityInvokedBy'] as const;
const principalId = ['userIdentity.principalId', 'UserIdentityPrincipalid'] as const;
const userName = ['userIdentity.userName', 'UserIdentityUserName'] as const;
const account = ['userIdentity.accountId', 'UserIdentityAccountId'] as const;
const region = 'awsRegion';
const firstResource = 'resources[0].ARN';

const columns = {
  ...optionalTexts(...arn, ...service, ...principalId, ...userName, ...account, region, 'sourceIPAddress', 'recipientAccountId', 'errorCode', 'eventTime', 'TimeGenerated', firstResource),
  eventSource: z.string(),
  eventName: z.string(),
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
function principalArn(d: Dialect, sessions: Settings['sessions']): string {
  const whole = firstText(d, ...arn);
  if (sessions === 'session') return whole;
  const role = `SPLIT_PART(${whole}, '/', 1) || '/' || SPLIT_PART(${whole}, '/', 2)`;
  return `CASE WHEN ${d.matches(whole, '^arn:[^:]+:sts::[0-9]*:assumed-role/')} THEN ${role} ELSE ${whole} END`;
}

/** Failed console sign-ins name an account and a user, but no ARN. */
function userArn(d: Dialect): string {
  const partition = `CASE WHEN ${d.ident(region)} LIKE 'cn-%' THEN 'aws-cn' WHEN ${d.ident(region)} LIKE 'us-gov-%' THEN 'aws-us-gov' ELSE 'aws' END`;
  return `'arn:' || ${partition} || ':iam::' || ${firstText(d, ...account)} || ':user/' || ${firstText(d, ...userName)}`;
}

/** The identity itself where it has no ARN: `AROA…:session` without its session. */
function identity(d: Dialect, sessions: Settings['sessions']): string {
  const id = firstText(d, ...principalId);
  return sessions === 'role' ? `SPLIT_PART(${id}, ':', 1)` : id;
}

const principal = (d: Dialect, { sessions }: Settings): string =>
  `COALESCE(${principalArn(d, sessions)}, ${firstText(d, ...service)}, ${userArn(d)}, ${firstText(d, ...userName)}, ${identity(d, sessions)})`;

function resource(d: Dialect, kind: Settings['resource']): string {
  const call = `${firstText(d, 'eventSource')} || ':' || ${firstText(d, 'eventName')}`;
  if (kind === 'call') return call;
  return `${call} || COALESCE(' ' || ${firstText(d, firstResource)}, '')`;
}

function conditions(d: Dialect, { services, calls }: Settings): string[] {
  const kept = [];
  if (services === 'drop') kept.push(`${firstText(d, ...arn)} IS NOT NULL OR ${firstText(d, ...service)} IS NULL`);
  if (calls === 'successful') kept.push(`${firstText(d, 'errorCode')} IS NULL`);
  return kept;
}

export const cloudtrailApiCalls = defineView({
  id: 'cloudtrail-api-calls',
  summary: 'AWS API calls of principals (CloudTrail)',
  settings,
  table: 'AWSCloudTrail',
  columns,
  where: [],
  output: accessViewColumns,
  sql: (d, chosen) =>
    pairDays(d, {
      scope: chosen.scope === 'account' ? firstText(d, 'recipientAccountId') : `''`,
      user: principal(d, chosen),
      resource: resource(d, chosen.resource),
      at: firstMoment(d, 'eventTime', 'TimeGenerated'),
      host: firstText(d, 'sourceIPAddress'),
      where: conditions(d, chosen),
      keepUnknown: chosen.unknown === 'keep',
    }),
});
