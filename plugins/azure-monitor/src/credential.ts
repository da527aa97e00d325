import type { TokenCredential } from '@azure/identity';
import { z } from '@byoml/core';

/** How components of Azure sign in; never with a key of the workspace. */
export const credentialSetting = z
  .union([
    z.enum(['default', 'managed', 'workload', 'cli']),
    z.strictObject({ managed: z.string().min(1).describe('Client id of a user-assigned managed identity') }),
    z.strictObject({
      tenant: z.string().min(1).describe('Tenant of the app registration'),
      client: z.string().min(1).describe('Client id of the app registration'),
      secret: z.string().min(1).describe('Its secret: `${secret:NAME}`'),
    }),
  ])
  .describe('How to sign in: default (the first of environment, workload, managed and cli that works), managed identity, workload identity, Azure CLI, or an app registration');
export type CredentialSetting = z.output<typeof credentialSetting>;

/** Where tokens for an audience come from: the clouds of governments have their own. */
function authorityOf(audience: string): string {
  const { hostname } = new URL(audience);
  if (hostname.endsWith('.us')) return 'https://login.microsoftonline.us';
  return hostname.endsWith('.cn') ? 'https://login.chinacloudapi.cn' : 'https://login.microsoftonline.com';
}

/** The credential of the setting, for the cloud of the audience (an https URL). Nothing is asked for yet; a token that cannot be had throws then. */
export async function credentialOf(setting: CredentialSetting, audience: string): Promise<TokenCredential> {
  const identity = await import('@azure/identity');
  const options = { authorityHost: authorityOf(audience) };
  if (typeof setting === 'object') {
    return 'managed' in setting ? new identity.ManagedIdentityCredential({ clientId: setting.managed }) : new identity.ClientSecretCredential(setting.tenant, setting.client, setting.secret, options);
  }
  if (setting === 'managed') return new identity.ManagedIdentityCredential();
  if (setting === 'workload') return new identity.WorkloadIdentityCredential(options);
  return setting === 'cli' ? new identity.AzureCliCredential() : new identity.DefaultAzureCredential(options);
}
