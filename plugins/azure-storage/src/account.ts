import { z } from '@byoml/core';

const suffix = 'blob.core.windows.net';
const accountName = /^[a-z0-9]{3,24}$/u;
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Why a text is no account; undefined when it is one. Never repeats the text, which may hold a secret. */
function fault(text: string): string | undefined {
  if (accountName.test(text)) return undefined;
  if (!URL.canParse(text)) return `expected the name of a storage account, or the URL of its blob endpoint, such as https://NAME.${suffix}`;
  const { protocol, hostname, username, password, search, hash, pathname } = new URL(text);
  if (search !== '' || hash !== '') return "expected no query in the URL: write a SAS as credential: { sas: '${secret:NAME}' }";
  if (username !== '' || password !== '') return 'expected no user name or password in the URL';
  if (protocol !== 'https:' && !(protocol === 'http:' && loopback.has(hostname))) return 'expected https; plain http is for an emulator on this machine';
  const parts = pathname.split('/').filter(Boolean).length;
  if (parts > (isNumbered(hostname) ? 1 : 0)) return 'expected the URL of the account alone; the container has a setting of its own';
  return undefined;
}

/** Emulators have the account in the path, as their host has no name. */
const isNumbered = (hostname: string): boolean => loopback.has(hostname) || /^[\d.]+$|^\[/u.test(hostname);

export const accountSetting = z
  .string()
  .superRefine((text, context) => {
    const message = fault(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
  .describe('Name of the storage account, or the URL of its blob endpoint (other clouds, private endpoints, emulators)');

/** The URL of the blob endpoint, without a slash at its end. */
export const accountUrl = (account: string): string => (accountName.test(account) ? `https://${account}.${suffix}` : new URL(account).href.replace(/\/+$/u, ''));

/** The name of the account that a blob endpoint belongs to. */
export function accountOf(url: string): string {
  const { hostname, pathname } = new URL(url);
  return (isNumbered(hostname) ? pathname.split('/')[1] : hostname.split('.')[0]) ?? '';
}
