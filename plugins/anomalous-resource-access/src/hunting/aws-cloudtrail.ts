import { firstText, named } from './names.ts';

interface Chosen {
  readonly resource: 'call' | 'call-and-arn';
  readonly sessions: 'role' | 'session';
  readonly services: 'keep' | 'drop';
  readonly calls: 'all' | 'successful';
  readonly scope: 'none' | 'account';
}

const target = 'tostring(parse_json(tostring(column_ifexists("Resources", "")))[0].ARN)';

function user(sessions: Chosen['sessions']): string {
  const [who, identity] = sessions === 'role'
    ? ['iff(EventArn matches regex "^arn:[^:]+:sts::[0-9]*:assumed-role/", strcat(split(EventArn, "/")[0], "/", split(EventArn, "/")[1]), EventArn)', `tostring(split(${firstText('UserIdentityPrincipalid')}, ":")[0])`]
    : ['EventArn', firstText('UserIdentityPrincipalid')];
  const region = firstText('AWSRegion');
  const partition = `case(${region} startswith_cs "cn-", "aws-cn", ${region} startswith_cs "us-gov-", "aws-us-gov", "aws")`;
  const [account, name] = [firstText('UserIdentityAccountId'), firstText('UserIdentityUserName')];
  const arn = `iff(isempty(${account}) or isempty(${name}), "", strcat("arn:", ${partition}, ":iam::", ${account}, ":user/", ${name}))`;
  return `coalesce(${who}, ${firstText('UserIdentityInvokedBy')}, ${arn}, ${name}, ${identity})`;
}

/** API calls in Sentinel's table. */
export function awsCloudTrailKql({ resource, sessions, services, calls, scope }: Chosen): string {
  const call = `strcat(${firstText('EventSource')}, ":", ${firstText('EventName')})`;
  const kept = [
    ...(services === 'drop' ? [`| where isnotempty(EventArn) or isempty(${firstText('UserIdentityInvokedBy')})\n`] : []),
    ...(calls === 'successful' ? [`| where isempty(${firstText('ErrorCode')})\n`] : []),
  ];
  return `| extend EventArn = ${firstText('UserIdentityArn')}
${kept.join('')}${named({
  scope: scope === 'account' ? firstText('RecipientAccountId') : '""',
  user: user(sessions),
  resource: resource === 'call' ? call : `strcat(${call}, iff(isempty(${target}), "", strcat(" ", ${target})))`,
  host: firstText('SourceIpAddress'),
})}
| project-away EventArn`;
}
