import type { Dialect } from '@byoml/core';
import type { Facts } from './facts.ts';
import { among, firstText } from './source-columns.ts';

/** Where a field of a Windows event is: flat, in winlogbeat's event_data old and new, in WindowsEvent's EventData. */
export const inEventData = <Name extends string>(name: Name) => [name, `event_data.${name}`, `winlog.event_data.${name}`, `EventData.${name}`] as const;

const account = ['Account', 'SubjectAccount'] as const;
const name = inEventData('SubjectUserName');
const domain = inEventData('SubjectDomainName');
const sid = inEventData('SubjectUserSid');

/** Where a Windows security event says who did it. */
export const subjectColumns = [...account, ...name, ...domain, ...sid] as const;

const backslash = '\\';

/** Who did it, as SQL text: domain in upper case, name in lower case, since Windows does not tell `Ann` from `ann`. */
export interface Subject {
  /** NULL when there is none. */
  readonly domain: string;
  readonly name: string;
  /** `DOMAIN\name`, or the name alone where there is no domain. */
  readonly account: string;
}

export function subject(d: Dialect, facts: Facts): Subject {
  const whole = `NULLIF(${facts.text('account', ...account)}, '-')`;
  const slash = d.literal(backslash);
  const domainOfWhole = `CASE WHEN POSITION(${slash} IN ${whole}) > 0 THEN SPLIT_PART(${whole}, ${slash}, 1) END`;
  const named = `LOWER(COALESCE(NULLIF(${facts.text('subject', ...name)}, '-'), SPLIT_PART(${whole}, ${slash}, -1)))`;
  const domainName = `UPPER(COALESCE(NULLIF(${facts.text('domain', ...domain)}, '-'), ${domainOfWhole}))`;
  return { domain: domainName, name: named, account: `COALESCE(${domainName} || ${slash} || ${named}, ${named})` };
}

// SYSTEM, anonymous, local service, network service: by SID too, because their names are translated.
const serviceSids = ['S-1-5-18', 'S-1-5-7', 'S-1-5-19', 'S-1-5-20'];
const serviceNames = ['system', 'anonymous logon', 'local service', 'network service'];

/** Whether the subject of a record is a machine account (`HOST$`) or one that Windows itself uses. */
export function isMachineAccount(d: Dialect): string {
  const named = `COALESCE(NULLIF(${firstText(d, ...name)}, '-'), ${firstText(d, ...account)})`;
  const services = serviceNames.flatMap((service) => [service, `nt authority\\${service}`]);
  return `COALESCE(${named} LIKE '%$' OR LOWER(${named}) IN ${among(d, services)} OR ${firstText(d, ...sid)} IN ${among(d, serviceSids)}, FALSE)`;
}
