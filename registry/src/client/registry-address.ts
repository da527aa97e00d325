import { createHash } from 'node:crypto';
import { resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ByomlError } from '@byoml/core';

/** Where a registry is: a server or static hosting, or a folder that holds an offline bundle. */
export interface RegistryAddress {
  /** One spelling for one registry; ends in a slash: `https://…/` or `file:///…/`. */
  readonly text: string;
  /** Folder of an offline bundle; undefined for an address of the web. */
  readonly folder: string | undefined;
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);

const refused = (text: string, because: string): ByomlError => new ByomlError('USAGE_INVALID', `registry ${JSON.stringify(text.slice(0, 200))}: ${because}`, { details: { registry: text.slice(0, 200) } });

const isPath = (text: string): boolean => !/^[a-z][a-z0-9+.-]+:/i.test(text) || /^[a-z]:[\\/]/i.test(text);

/** Reads an address as people write it. Throws USAGE_INVALID for plain http to another machine, for credentials and for other protocols. */
export function registryAddress(text: string): RegistryAddress {
  if (/^file:/i.test(text)) return ofFolder(fileURLToPath(text));
  if (isPath(text)) return ofFolder(text);
  if (!URL.canParse(text)) throw refused(text, 'it is no address');
  const url = new URL(text);
  const fault = faultOf(url);
  if (fault !== undefined) throw refused(text, fault);
  return { text: url.href.endsWith('/') ? url.href : `${url.href}/`, folder: undefined };
}

function faultOf({ protocol, hostname, username, password, search, hash }: URL): string | undefined {
  if (protocol !== 'https:' && protocol !== 'http:') return 'expected https://, or a folder';
  if (protocol === 'http:' && !isLoopback(hostname)) return 'plain http is only for this machine; use https';
  return username || password || search || hash ? 'it may have no credentials, no "?" and no "#"' : undefined;
}

function ofFolder(path: string): RegistryAddress {
  const folder = resolve(path);
  return { text: pathToFileURL(folder.endsWith(sep) ? folder : `${folder}${sep}`).href, folder };
}

/** What both addresses of a registry of the web have in common: `https://h/`, and `https://h/npm/` where its packages lie. A folder has only one. */
const commonAddress = (address: string): string => (/^https?:/.test(address) ? address.replace(/\/npm\/$/, '/') : address);

/** Whether two addresses, as `registryAddress` spells them, are of one registry. Where two different ones lie below each other they have different roots, so that the second is refused. */
export const isSameRegistry = (a: string, b: string): boolean => commonAddress(a) === commonAddress(b);

/** Short name of a registry for a folder of its own: 16 hexadecimal digits, the same for each of its addresses. */
export const registryId = (address: string): string => createHash('sha256').update(commonAddress(address)).digest('hex').slice(0, 16);
