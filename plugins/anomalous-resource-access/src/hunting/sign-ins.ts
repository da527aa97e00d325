import { firstText, named } from './names.ts';

interface Chosen {
  readonly resource: 'application' | 'target';
  readonly results: 'successful' | 'all';
  readonly scope: 'none' | 'tenant';
}

export const signInsKql = ({ resource, results, scope }: Chosen): string => `${results === 'successful' ? '| where ResultType == "0"\n' : ''}${named({
  scope: scope === 'tenant' ? firstText('AADTenantId', 'TenantId') : '""',
  user: `tolower(${firstText('UserPrincipalName', 'UserId')})`,
  resource: resource === 'application' ? firstText('AppDisplayName', 'AppId') : firstText('ResourceDisplayName', 'ResourceIdentity'),
  host: firstText('IPAddress'),
})}`;
