import { z } from '@byoml/core';
import { accessViewColumns, defineView } from '@byoml/core';
import { signInsKql } from '../hunting/index.ts';
import { Facts } from './facts.ts';
import { pairDays } from './pair-days.ts';
import { tenantScopeSetting, unknownSetting } from './settings.ts';
import { firstMoment, firstText, optionalTexts } from './source-columns.ts';

const settings = z.strictObject({
  resource: z.enum(['application', 'target']).default('application').describe('A resource is the application that was signed in with (AppDisplayName), or the one it asked for (ResourceDisplayName)'),
  results: z.enum(['successful', 'all']).default('successful').describe('Successful sign-ins (ResultType 0), or failed ones too'),
  scope: tenantScopeSetting,
  unknown: unknownSetting,
});

const application = ['AppDisplayName', 'AppId'] as const;
const target = ['ResourceDisplayName', 'ResourceIdentity'] as const;

export const signIns = defineView({
  id: 'sign-ins',
  summary: 'Sign-ins of users to applications (SigninLogs)',
  settings,
  table: 'SigninLogs',
  columns: { ...optionalTexts('TimeGenerated', 'CreatedDateTime', 'UserId', ...application, ...target, 'IPAddress', 'ResultType', 'TenantId', 'AADTenantId'), UserPrincipalName: z.string() },
  where: [],
  output: accessViewColumns,
  hunting: signInsKql,
  sql(d, chosen) {
    const facts = new Facts(d);
    return pairDays(d, {
      facts,
      at: firstMoment(d, 'TimeGenerated', 'CreatedDateTime'),
      where: chosen.results === 'successful' ? [`${firstText(d, 'ResultType')} = '0'`] : [],
      scope: chosen.scope === 'tenant' ? facts.text('tenant', 'AADTenantId', 'TenantId') : `''`,
      user: `LOWER(${facts.text('principal', 'UserPrincipalName', 'UserId')})`,
      resource: facts.text('target', ...(chosen.resource === 'application' ? application : target)),
      host: facts.text('address', 'IPAddress'),
      keepUnknown: chosen.unknown === 'keep',
    });
  },
});
