import { z } from 'zod';
import { accessViewColumns, defineView } from '@byoml/core';
import { actorColumns, officeActor } from './office-activity.ts';
import { pairDays } from './pair-days.ts';
import { tenantScopeSetting, unknownSetting } from './settings.ts';
import { firstText, optionalTexts } from './source-columns.ts';

const settings = z.strictObject({
  resource: z.enum(['operation', 'workload-operation']).default('operation').describe('A resource is an operation (New-InboundConnector), or Workload:Operation'),
  scope: tenantScopeSetting,
  unknown: unknownSetting,
});

export const officeOperations = defineView({
  id: 'office-operations',
  summary: 'Operations that users carry out in Office 365 (OfficeActivity)',
  settings,
  table: 'OfficeActivity',
  columns: { ...optionalTexts(...actorColumns), UserId: z.string(), Operation: z.string() },
  where: [],
  output: accessViewColumns,
  sql(d, chosen) {
    const { user, at, host, tenant } = officeActor(d);
    const operation = firstText(d, 'Operation');
    return pairDays(d, {
      scope: chosen.scope === 'tenant' ? tenant : `''`,
      user,
      resource: chosen.resource === 'operation' ? operation : `COALESCE(${firstText(d, 'OfficeWorkload', 'Workload')} || ':', '') || ${operation}`,
      at,
      host,
      keepUnknown: chosen.unknown === 'keep',
    });
  },
});
