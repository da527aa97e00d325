import { keyedHash } from '../../random/index.ts';
import { domain } from './org-chart.ts';

/** The resource id of the generated workspace, in lower case as exports have it. */
export const workspaceId = '/subscriptions/00000000-0000-4000-8000-000000000000/resourcegroups/generated/providers/microsoft.operationalinsights/workspaces/generated';

const tenant = '11111111-2222-4333-8444-555555555555';
const json = JSON.stringify;
const two = (number: number): string => (number < 10 ? `0${number}` : String(number));
const three = (number: number): string => String(number).padStart(3, '0');

interface Kind {
  readonly before: string;
  readonly after: string;
}

/** The parts of a record that only the event decides. */
function kindOf(event: 5140 | 5145): Kind {
  const activity = event === 5140 ? '5140 - A network share object was accessed.' : '5145 - A network share object was checked to see whether client can be granted desired access.';
  const rights = event === 5140 ? { AccessMask: '0x1', AccessList: '%%4416\r\n\t\t\t\t' } : { AccessMask: '0x120089', AccessList: '%%1538\r\n\t\t\t\t%%1541\r\n\t\t\t\t%%4416\r\n\t\t\t\t%%4419\r\n\t\t\t\t%%4423\r\n\t\t\t\t' };
  const fixed = { Channel: 'Security', EventID: event, Activity: activity, ObjectType: 'File', ...rights };
  return { before: `{"TenantId":${json(tenant)},"SourceSystem":"OpsManager",${json(fixed).slice(1, -1)},"TimeGenerated":"`, after: `"Type":"SecurityEvent","_ItemId":"` };
}

const opened = kindOf(5140);
const checked = kindOf(5145);

/** `"Account":…,` of an account `DOMAIN\name`; machine accounts end in `$`. */
export function accountText(account: string): string {
  const name = account.slice(account.indexOf('\\') + 1);
  const kind = name.endsWith('$') ? 'Machine' : 'User';
  const sid = `S-1-5-21-1004336348-1177238915-682003330-${1000 + (keyedHash(1, account) % 2 ** 30)}`;
  return `"Account":${json(account)},"AccountType":"${kind}","SubjectUserName":${json(name)},"SubjectDomainName":"${domain}","SubjectUserSid":"${sid}",`;
}

/** `"Computer":…,` of a resource `\\SERVER\share`. */
export function shareText(resource: string): string {
  const [, , server, share] = resource.split('\\') as [string, string, string, string];
  const local = share === 'IPC$' ? '' : share === 'SYSVOL' || share === 'NETLOGON' ? `\\??\\C:\\Windows\\SYSVOL\\sysvol` : `\\??\\D:\\Shares\\${share}`;
  return `"Computer":${json(server)},"ShareName":${json(`\\\\*\\${share}`)},"ShareLocalPath":${json(local)},`;
}

export const fileText = (path: string): string => `"RelativeTargetName":${json(path)},`;

/** A place in time: milliseconds since 1970, and which record of its hour. */
export interface Place {
  readonly time: number;
  readonly ordinal: number;
}

/** The records of one hour. Texts are put together from parts made once per account, share and host. */
export class HourText {
  readonly #day: string;
  readonly #start: number;
  readonly #item: string;

  /** `kind` keeps the ids of benign, planted and noise records apart. */
  constructor(start: number, seed: number, kind: number) {
    this.#start = start;
    this.#day = new Date(start).toISOString().slice(0, 14);
    const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
    this.#item = `${hex(keyedHash(seed, 'item'), 8)}-${hex((start / 3_600_000) >>> 16, 4)}-4${hex(kind, 3)}-${hex(((start / 3_600_000) & 0xffff) >>> 0, 4)}-`;
  }

  /** One line, without its end. `file` is empty for event 5140. */
  record(account: string, share: string, host: string, file: string, { time, ordinal }: Place): string {
    const { before, after } = file === '' ? opened : checked;
    const into = time - this.#start;
    const minute = Math.floor(into / 60_000);
    const second = Math.floor(into / 1000) % 60;
    const fraction = three(Math.floor(into) % 1000) + String((ordinal * 7919) % 10_000).padStart(4, '0');
    const port = 49_152 + ((ordinal * 131 + minute * 17) % 16_000);
    const logon = (0x1_000_000 + ordinal * 4099 + minute * 65_537).toString(16);
    return `${before}${this.#day}${two(minute)}:${two(second)}.${fraction}Z",${account}"SubjectLogonId":"0x${logon}",${share}${file}"IpAddress":"${host}","IpPort":"${port}",${after}${this.#item}${ordinal.toString(16).padStart(12, '0')}"}`;
  }
}
