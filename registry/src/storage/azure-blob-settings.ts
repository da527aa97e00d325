import { isIP } from 'node:net';
import { ByomlError } from '@byoml/core';
import { z } from 'zod';

/** Gives tokens of Microsoft Entra ID; every credential of `@azure/identity` is one. */
export interface AzureCredential {
  getToken(scopes: string | string[], options?: { abortSignal?: unknown }): Promise<{ token: string; expiresOnTimestamp: number } | null>;
}

/** How the account lets us in: a connection string with its key or a SAS, or the account's address with a SAS or a credential. */
export type AzureBlobAccess =
  | { readonly connectionString: string }
  | { readonly accountUrl: string; readonly sas: string }
  | { readonly accountUrl: string; readonly credential: AzureCredential };

export type AzureBlobSettings = AzureBlobAccess & {
  readonly container: string;
  /** Makes the container at the first operation that does not find it; without it such an operation fails. */
  readonly createContainer?: boolean;
  /** Milliseconds after which an operation that still has no answer fails, all its tries included; of a listing: each page. 120,000 when not given. */
  readonly deadlineMs?: number;
};

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));

/** A SAS is worth as much as a password: it crosses no network in the clear. */
const accountUrl = z.string().max(2000).refine((text) => {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) && `${url.username}${url.password}${url.search}${url.hash}` === '';
}, 'must be an https address without user, query and fragment');

/** Each by itself, for its own message. */
const secrets = {
  connectionString: z.string().min(1).max(4000),
  accountUrl,
  sas: z.string().max(4000).regex(/^[!->@-~]+$/, 'must be the query that a SAS is, without "?"'),
  credential: z.custom<AzureCredential>((given) => typeof (given as AzureCredential | undefined)?.getToken === 'function', 'must have getToken'),
};

const { connectionString, sas, credential } = secrets;
const accessSchema = z.union([z.strictObject({ connectionString }), z.strictObject({ accountUrl, sas }), z.strictObject({ accountUrl: accountUrl.startsWith('https:'), credential })]);

const schema = z.strictObject({
  container: z.string().max(63).regex(/^[a-z0-9](?:-?[a-z0-9]){2,62}$/, 'must be 3 to 63 lower-case letters and digits, joined by single hyphens'),
  createContainer: z.boolean().default(false),
  deadlineMs: z.number().int().min(1).max(3_600_000).default(120_000),
  ...z.object(secrets).partial().shape,
});

export interface CheckedSettings {
  readonly container: string;
  readonly createContainer: boolean;
  readonly deadlineMs: number;
  readonly access: AzureBlobAccess;
}

/** Of the access itself nothing is ever told. */
export const invalidSettings = (setting: string, reason: string): ByomlError =>
  new ByomlError('SETTINGS_INVALID', `azure blob storage: ${setting}: ${reason}`, { details: { path: setting, reason } });

/** Throws SETTINGS_INVALID, which names the setting and never its value. */
export function checkedSettings(settings: AzureBlobSettings): CheckedSettings {
  const { success, data, error } = schema.safeParse(settings);
  if (!success) throw invalidSettings(String(error.issues[0]?.path[0] ?? 'settings'), error.issues[0]?.message ?? 'invalid');
  const { container, createContainer, deadlineMs, ...given } = data;
  const access = accessSchema.safeParse(given);
  if (!access.success) throw invalidSettings('access', 'give a connectionString, or an accountUrl with a sas, or an https accountUrl with a credential, and nothing else');
  return { container, createContainer, deadlineMs, access: access.data };
}
