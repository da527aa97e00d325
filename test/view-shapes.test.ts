import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '@byoml/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accesses, newFolder, openEngine, type Access } from './access-pipeline.ts';

let engine: Engine;
beforeAll(async () => void (engine = await openEngine()));
afterAll(() => engine[Symbol.asyncDispose]());

function of(view: string, records: readonly object[], settings: object = {}): Promise<Access[]> {
  const path = join(newFolder(), 'events.jsonl');
  writeFileSync(path, `${records.map((record) => JSON.stringify(record)).join('\n')}\n`);
  return accesses(engine, { from: { path }, view, settings });
}

const day = Date.UTC(2026, 10, 24) / 864e5;
const at = '2026-11-24T10:00:00.1234567Z';
const sentinel = { EventID: 5140, TimeGenerated: at, Account: 'CORP\\Ann', SubjectUserName: 'Ann', SubjectDomainName: 'CORP', Computer: 'fs1', ShareName: '\\\\*\\Finance', IpAddress: '::ffff:10.0.0.9', TenantId: 'tenant-1', Type: 'SecurityEvent' };
const inWinlog = { '@timestamp': at, winlog: { event_id: '5145', computer_name: 'FS1', event_data: { SubjectUserName: 'ann', SubjectDomainName: 'corp', ShareName: '\\\\*\\Finance', RelativeTargetName: 'Q4\\plan.xlsx', IpAddress: '-' } } };
const inEventData = { EventID: '5140', TimeGenerated: at, Computer: 'FS1', EventData: { SubjectUserName: 'ann', SubjectDomainName: 'CORP', ShareName: '\\\\*\\Finance', IpAddress: '10.0.0.9' } };

test('Sentinel, newer winlogbeat and WindowsEvent records of one access are one row', async () => {
  expect(await of('windows-file-shares', [sentinel, inWinlog, inEventData])).toEqual([
    { scope: '', user: 'CORP\\ann', resource: '\\\\FS1\\Finance', day, count: 3, sourceHosts: ['10.0.0.9'], firstSeen: expect.closeTo(Date.parse(at), 0), lastSeen: expect.closeTo(Date.parse(at), 0) },
  ]);
});

test('an event with only Account, and its number as text, is read', async () => {
  const { SubjectUserName: _name, SubjectDomainName: _domain, ...rest } = sentinel;
  const found = await of('windows-file-shares', [{ ...rest, EventID: '5140' }, { ...rest, Account: 'bob@corp.example' }]);
  expect(found.map(({ user }) => user)).toEqual(['CORP\\ann', 'bob@corp.example']);
});

test.each([
  { settings: { depth: 1 }, resource: '\\\\FS1\\Finance\\q4' },
  { settings: { depth: 8 }, resource: '\\\\FS1\\Finance\\q4\\draft' },
  { settings: { resource: 'share' }, resource: '\\\\*\\Finance' },
  { settings: { resource: 'share', depth: 1 }, resource: '\\\\*\\Finance\\q4' },
])('a resource by $settings is $resource', async ({ settings, resource }) => {
  const [only] = await of('windows-file-shares', [{ ...sentinel, EventID: 5145, RelativeTargetName: 'Q4\\Draft\\plan.xlsx' }], settings);
  expect(only?.resource).toBe(resource);
});

test.each([
  { settings: {}, scope: '' },
  { settings: { scope: 'domain' }, scope: 'CORP' },
  { settings: { scope: 'tenant' }, scope: 'tenant-1' },
])('the scope by $settings is "$scope"', async ({ settings, scope }) => {
  const [only] = await of('windows-file-shares', [sentinel], settings);
  expect(only?.scope).toBe(scope);
});

test('the noise filter drops machines, service accounts by name and by SID, and the three shares; print$ stays', async () => {
  const noise = [
    { SubjectUserName: 'FS2$' }, { SubjectUserName: 'SYSTEM' }, { SubjectUserName: 'ANONYMOUS LOGON' },
    { SubjectUserName: 'Lokaler Dienst', SubjectUserSid: 'S-1-5-19' },
    { ShareName: '\\\\*\\IPC$' }, { ShareName: '\\\\*\\sysvol' }, { ShareName: '\\\\*\\NETLOGON' },
  ].map((over) => ({ ...sentinel, ...over })); // prettier-ignore
  const kept = [sentinel, { ...sentinel, ShareName: '\\\\*\\print$' }, { ...sentinel, ShareName: '\\\\*\\IPC$backup' }];
  expect((await of('windows-file-shares', [...noise, ...kept])).map(({ resource }) => resource)).toEqual(['\\\\FS1\\Finance', '\\\\FS1\\IPC$backup', '\\\\FS1\\print$']);
  expect(await of('windows-file-shares', [...noise, ...kept], { noise: 'keep' })).toHaveLength(10);
});

test('other events, and records without a time, count nowhere; a record without a user only when asked', async () => {
  const rest = [{ ...sentinel, EventID: 4624 }, { ...sentinel, EventID: 51400 }, { ...sentinel, TimeGenerated: 'soon' }];
  const nobody = { ...sentinel, Account: '', SubjectUserName: '-', SubjectDomainName: '-' };
  expect(await of('windows-file-shares', [sentinel, ...rest, nobody])).toHaveLength(1);
  expect((await of('windows-file-shares', [sentinel, ...rest, nobody], { unknown: 'keep' })).map(({ user }) => user)).toEqual(['(unknown)', 'CORP\\ann']);
});

const site = 'https://corp.sharepoint.com/sites/HR';
const download = { Operation: 'FileDownloaded', UserId: 'Ann@Corp.example', ClientIP: '[2603:1036::5]:51902', TimeGenerated: at, OfficeObjectId: `${site}/Shared Documents/Pay/a.xlsx`, Site_Url: `${site}/`, SourceRelativeUrl: 'Shared Documents/Pay', SourceFileName: 'a.xlsx' };
const preview = { Operation: 'FileAccessed', UserId: 'ann@corp.example', ClientIP: '10.0.0.1:443', TimeGenerated: at, OfficeObjectId: `${site.toLowerCase()}/Shared Documents/Pay/a.xlsx` };

test.each([
  { settings: {}, resource: 'https://corp.sharepoint.com/sites/hr/shared documents/pay' },
  { settings: { resource: 'site' }, resource: 'https://corp.sharepoint.com/sites/hr' },
  { settings: { resource: 'file' }, resource: 'https://corp.sharepoint.com/sites/hr/shared documents/pay/a.xlsx' },
])('file operations with all columns and with the object alone are one row by $settings', async ({ settings, resource }) => {
  const others = [{ ...preview, Operation: 'PageViewed' }, { ...preview, UserId: 'app@sharepoint' }];
  const found = await of('office-files', [download, preview, ...others], settings);
  expect(found).toMatchObject([{ user: 'ann@corp.example', resource, count: 2, sourceHosts: ['10.0.0.1', '2603:1036::5'] }]);
});

const call = (identity: object, over: object = {}): object => ({ eventTime: at, eventSource: 's3.amazonaws.com', eventName: 'GetObject', sourceIPAddress: '10.0.0.1', recipientAccountId: '1', userIdentity: identity, ...over });
const assumed = (session: string): object => ({ type: 'AssumedRole', arn: `arn:aws:sts::1:assumed-role/Backup/${session}`, principalId: `AROA:${session}` });

test('sessions of a role are the role, services go by their name, an IAM user without ARN gets it back', async () => {
  const records = [call(assumed('a')), call(assumed('b')), call({ type: 'AWSService', invokedBy: 'ec2.amazonaws.com' }, { sourceIPAddress: 'ec2.amazonaws.com' }), call({ type: 'IAMUser', accountId: '1', userName: 'ann' }), call({ type: 'Root', arn: 'arn:aws:iam::1:root' }), call({})];
  const found = await of('cloudtrail-api-calls', records);
  expect(found.map(({ user, count }) => [user, count])).toEqual([['arn:aws:iam::1:root', 1], ['arn:aws:iam::1:user/ann', 1], ['arn:aws:sts::1:assumed-role/Backup', 2], ['ec2.amazonaws.com', 1]]);
  expect(found.at(-1)?.sourceHosts).toEqual([]);
  expect((await of('cloudtrail-api-calls', records, { sessions: 'session', services: 'drop', scope: 'account' })).map(({ scope, user }) => [scope, user])).toEqual([['1', 'arn:aws:iam::1:root'], ['1', 'arn:aws:iam::1:user/ann'], ['1', 'arn:aws:sts::1:assumed-role/Backup/a'], ['1', 'arn:aws:sts::1:assumed-role/Backup/b']]);
});

test('a call may carry the ARN of its first resource', async () => {
  const bucket = { resources: [{ ARN: 'arn:aws:s3:::pay/1' }, { ARN: 'arn:aws:s3:::pay' }] };
  const found = await of('cloudtrail-api-calls', [call(assumed('a'), bucket), call(assumed('a'), { resources: null }), call(assumed('a'), { errorCode: 'AccessDenied' })], { resource: 'call-and-arn', calls: 'successful' });
  expect(found.map(({ resource, count }) => [resource, count])).toEqual([['s3.amazonaws.com:GetObject', 1], ['s3.amazonaws.com:GetObject arn:aws:s3:::pay/1', 1]]);
});

test('sign-ins count when they succeeded, to the application or to what it asked for', async () => {
  const signIn = { TimeGenerated: at, UserPrincipalName: 'Ann@Corp.example', AppDisplayName: 'Portal', ResourceDisplayName: 'Graph', IPAddress: '10.0.0.1', ResultType: '0', AADTenantId: 't' };
  const records = [signIn, { ...signIn, ResultType: 50126 }, { ...signIn, ResultType: 0, ResourceDisplayName: '' }];
  expect(await of('sign-ins', records)).toMatchObject([{ scope: '', user: 'ann@corp.example', resource: 'Portal', count: 2 }]);
  expect(await of('sign-ins', records, { resource: 'target', results: 'all', scope: 'tenant' })).toMatchObject([{ scope: 't', resource: 'Graph', count: 2 }]);
});
