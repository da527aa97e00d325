import { ByomlError, z } from '@byoml/core';
import { accountOf } from './account.ts';

/** Ways to sign in to Entra ID, in the order in which `default` tries them. */
const ways = ['workload', 'managed', 'cli'] as const;
export type Way = (typeof ways)[number];

const secret = z.string().min(1);

export const credentialSetting = z
  .union([
    z.enum(['default', 'managed', 'workload', 'cli']),
    z.strictObject({ sas: secret.describe('Shared access signature with read and list (rl)') }),
    z.strictObject({ connectionString: secret.describe('Connection string with an account key or a SAS; prefer an identity') }),
  ], { error: "expected default, managed, workload, cli, { sas: '${secret:NAME}' } or { connectionString: '${secret:NAME}' }" })
  .default('default')
  .describe("Identity: managed, workload or cli (`az login`), default tries all three; else { sas: '${secret:NAME}' } or { connectionString: '${secret:NAME}' }");
export type CredentialSetting = z.output<typeof credentialSetting>;

/** What requests are signed with. */
export type Credential =
  | { readonly kind: 'token'; readonly ways: readonly Way[] }
  | { readonly kind: 'sas'; readonly query: string; readonly expires: Date | undefined }
  | { readonly kind: 'key'; readonly account: string; readonly key: string };

/** The credential for an account. Throws CREDENTIAL_INVALID without repeating any of the secret. */
export function credentialFor(setting: CredentialSetting, url: string): Credential {
  if (typeof setting === 'string') return { kind: 'token', ways: setting === 'default' ? ways : [setting] };
  return 'sas' in setting ? sas(setting.sas, url) : fromConnectionString(setting.connectionString, url);
}

function sas(text: string, url: string): Credential {
  const query = new URLSearchParams(text.trim().replace(/^.*\?/u, ''));
  if (!query.get('sig')) throw invalid(url, 'the SAS has no signature (sig=…)');
  const expires = new Date(query.get('se') ?? '');
  return { kind: 'sas', query: String(query), expires: Number.isNaN(expires.getTime()) ? undefined : expires };
}

function fromConnectionString(text: string, url: string): Credential {
  const parts = new Map(text.split(';').filter((part) => part.includes('=')).map((part) => [part.slice(0, part.indexOf('=')).trim().toLowerCase(), part.slice(part.indexOf('=') + 1).trim()]));
  const signature = parts.get('sharedaccesssignature');
  if (signature) return sas(signature, url);
  const [account, key] = [parts.get('accountname'), parts.get('accountkey')];
  if (!account || !key) throw invalid(url, 'the connection string has neither AccountName and AccountKey nor SharedAccessSignature');
  if (account !== accountOf(url)) throw invalid(url, 'the connection string is of another account');
  return { kind: 'key', account, key };
}

const invalid = (url: string, reason: string): ByomlError => new ByomlError('CREDENTIAL_INVALID', `${url}: ${reason}`, { details: { account: url } });
