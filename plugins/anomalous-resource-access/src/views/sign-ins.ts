import { z } from 'zod';
import { accessViewColumns, defineView } from '@byoml/core';
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
  sql: (d, chosen) =>
    pairDays(d, {
      scope: chosen.scope === 'tenant' ? firstText(d, 'AADTenantId', 'TenantId') : `''`,
      user: `LOWER(${firstText(d, 'UserPrincipalName', 'UserId')})`,
      resource: firstText(d, ...(chosen.resource === 'application' ? application : target)),
      at: firstMoment(d, 'TimeGenerated', 'CreatedDateTime'),
      host: firstText(d, 'IPAddress'),
      where: chosen.results === 'successful' ? [`${firstText(d, 'ResultType')} = '0'`] : [],
      keepUnknown: chosen.unknown === 'keep',
    }),
});
