import { z } from 'zod';
import { accessViewColumns, defineView, type Dialect } from '@byoml/core';
import { Facts } from './facts.ts';
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
function roleOfArn(d: Dialect, whole: string): string {
  const role = `SPLIT_PART(${whole}, '/', 1) || '/' || SPLIT_PART(${whole}, '/', 2)`;
  return `CASE WHEN ${d.matches(whole, '^arn:[^:]+:sts::[0-9]*:assumed-role/')} THEN ${role} ELSE ${whole} END`;
}

/** Failed console sign-ins name an account and a user, but no ARN. */
function userArn(facts: Facts): string {
  const place = facts.text('region', region);
  const partition = `CASE WHEN ${place} LIKE 'cn-%' THEN 'aws-cn' WHEN ${place} LIKE 'us-gov-%' THEN 'aws-us-gov' ELSE 'aws' END`;
  return `'arn:' || ${partition} || ':iam::' || ${facts.text('account', ...account)} || ':user/' || ${facts.text('name', ...userName)}`;
}

/** ARN, service, name, or the identity itself: `AROA…:session` without its session. */
function principal(d: Dialect, facts: Facts, sessions: Settings['sessions']): string {
  const byArn = facts.text('arn', ...arn);
  const id = facts.text('identity', ...principalId);
  const [who, identity] = sessions === 'role' ? [roleOfArn(d, byArn), `SPLIT_PART(${id}, ':', 1)`] : [byArn, id];
  return `COALESCE(${who}, ${facts.text('service', ...service)}, ${userArn(facts)}, ${facts.text('name', ...userName)}, ${identity})`;
}

function resource(facts: Facts, kind: Settings['resource']): string {
  const call = `${facts.text('source', 'eventSource')} || ':' || ${facts.text('event', 'eventName')}`;
  return kind === 'call' ? call : `${call} || COALESCE(' ' || ${facts.text('target', firstResource)}, '')`;
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
  sql(d, chosen) {
    const facts = new Facts(d);
    return pairDays(d, {
      facts,
      at: firstMoment(d, 'eventTime', 'TimeGenerated'),
      where: conditions(d, chosen),
      scope: chosen.scope === 'account' ? facts.text('recipient', 'recipientAccountId') : `''`,
      user: principal(d, facts, chosen.sessions),
      resource: resource(facts, chosen.resource),
      host: facts.text('address', 'sourceIPAddress'),
      keepUnknown: chosen.unknown === 'keep',
    });
  },
});
