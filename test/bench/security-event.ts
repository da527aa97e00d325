export interface SecurityEvent {
  /** 32 bits that look random, and a number of its own: what ids are made of. */
  readonly number: number;
  readonly serial: number;
  readonly at: Date;
  readonly event: number;
  readonly domain: string;
  readonly user: string;
  readonly computer: string;
  /** Counts for event 5140 only. */
  readonly share: string;
  readonly address: string;
}

/** GENERATED: one record of SecurityEvent as a line, with the columns an export has, about 1.1 kB. */
export function securityEvent({ number, serial, at, event, domain, user, computer, share, address }: SecurityEvent): string {
  const time = at.toISOString().replace('Z', '1234Z');
  const isAccess = event === 5140;
  const account = `${domain}\\\\${user}`;
  const id = number.toString(16).padStart(8, '0');
  return `{"TenantId":"5a1b0f6e-0000-4000-8000-000000000000","TimeGenerated":"${time}","SourceSystem":"OpsManager","Account":"${account}","AccountType":"User","Computer":"${computer}","EventSourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","Task":${isAccess ? 12808 : 12544},"Level":"8","EventID":${event},"Activity":"${isAccess ? '5140 - A network share object was accessed.' : '4624 - An account was successfully logged on.'}","SubjectAccount":"${account}","SubjectDomainName":"${domain}","SubjectLogonId":"0x${id}","SubjectUserName":"${user}","SubjectUserSid":"S-1-5-21-1111111111-2222222222-3333333333-${serial % 5000}","IpAddress":"${address}","IpPort":"${40_000 + (serial % 20_000)}","ShareName":${isAccess ? `"\\\\\\\\*\\\\${share}"` : 'null'},"ShareLocalPath":"\\\\??\\\\D:\\\\shares\\\\${serial % 900}","AccessMask":"0x1","AccessReason":"","ObjectServer":"Security","ObjectType":"File","LogonProcessName":"Kerberos","AuthenticationPackageName":"Kerberos","EventOriginId":"${id}-0000-4000-8000-${id}0000","MG":"00000000-0000-0000-0000-000000000001","TimeCollected":"${time}","ManagementGroupName":"AOI-5a1b0f6e-0000-4000-8000-000000000000","_ItemId":"${id}-${serial.toString(16)}-11f1-8000-000d3a000000","Type":"SecurityEvent","_ResourceId":"/subscriptions/0/resourcegroups/rg/providers/microsoft.compute/virtualmachines/${computer}"}\n`;
}
