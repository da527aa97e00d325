import { isIP } from 'node:net';

/** An account name of a log in its parts. */
export interface Account {
  readonly name: string;
  readonly ntDomain?: string;
  readonly upnSuffix?: string;
}

const upn = /^[^\\@/:\s]+@([^\\@/:\s]+)$/u;

/** `DOM\ann` and `ann@contoso.com` in their parts, anything else as a name: the same as the query of a rule tells them apart. */
export function accountOf(user: string): Account {
  const backslash = user.indexOf('\\');
  if (backslash >= 0) return { name: user.slice(backslash + 1), ...(backslash > 0 && { ntDomain: user.slice(0, backslash) }) };
  const suffix = upn.exec(user)?.[1];
  return suffix === undefined ? { name: user } : { name: user.slice(0, user.indexOf('@')), upnSuffix: suffix };
}

/** Whether a host is named by its address. An address with a zone (`fe80::1%eth0`) means something on one machine only, so it is a name. */
const isAddress = (host: string): boolean => !host.includes('%') && isIP(host) !== 0;

/** Hosts of a row, each once, addresses and names apart. */
export function hostsOf(sourceHosts: readonly string[]): { readonly addresses: readonly string[]; readonly names: readonly string[] } {
  const hosts = [...new Set(sourceHosts.filter((host) => host !== ''))];
  return { addresses: hosts.filter(isAddress), names: hosts.filter((host) => !isAddress(host)) };
}
