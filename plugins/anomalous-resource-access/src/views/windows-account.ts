import type { Dialect } from '@byoml/core';
import { firstText } from './source-columns.ts';

const account = ['Account', 'SubjectAccount'] as const;
const name = ['SubjectUserName', 'event_data.SubjectUserName', 'winlog.event_data.SubjectUserName', 'EventData.SubjectUserName'] as const;
const domain = ['SubjectDomainName', 'event_data.SubjectDomainName', 'winlog.event_data.SubjectDomainName', 'EventData.SubjectDomainName'] as const;
const sid = ['SubjectUserSid', 'event_data.SubjectUserSid', 'winlog.event_data.SubjectUserSid', 'EventData.SubjectUserSid'] as const;

/** Where a Windows security event says who did it. */
export const subjectColumns = [...account, ...name, ...domain, ...sid] as const;

const backslash = '\\';
const filled = (expression: string): string => `NULLIF(${expression}, '-')`;

/** Account name in lower case, since Windows does not tell `Ann` from `ann`. */
export function subjectName(d: Dialect): string {
  const ofAccount = `SPLIT_PART(${firstText(d, ...account)}, ${d.literal(backslash)}, -1)`;
  return `LOWER(COALESCE(${filled(firstText(d, ...name))}, ${filled(ofAccount)}))`;
}

/** Domain in upper case; NULL when there is none. */
export function subjectDomain(d: Dialect): string {
  const whole = firstText(d, ...account);
  const ofAccount = `CASE WHEN POSITION(${d.literal(backslash)} IN ${whole}) > 0 THEN SPLIT_PART(${whole}, ${d.literal(backslash)}, 1) END`;
  return `UPPER(COALESCE(${filled(firstText(d, ...domain))}, ${filled(ofAccount)}))`;
}

/** `DOMAIN\name`, or the name alone where there is no domain. */
export const subjectAccount = (d: Dialect): string => `COALESCE(${subjectDomain(d)} || ${d.literal(backslash)} || ${subjectName(d)}, ${subjectName(d)})`;

// SYSTEM, anonymous, local service, network service: by SID, because their names are translated.
const serviceSids = ['S-1-5-18', 'S-1-5-7', 'S-1-5-19', 'S-1-5-20'];
const serviceNames = ['system', 'anonymous logon', 'local service', 'network service'];

/** Whether the subject is a machine account (`HOST$`) or one that Windows itself uses. */
export function isMachineAccount(d: Dialect): string {
  const among = (texts: readonly string[]): string => texts.map((text) => d.literal(text)).join(', ');
  return `${d.matches(subjectName(d), '[$]$')} OR ${subjectName(d)} IN (${among(serviceNames)}) OR UPPER(${firstText(d, ...sid)}) IN (${among(serviceSids)})`;
}
