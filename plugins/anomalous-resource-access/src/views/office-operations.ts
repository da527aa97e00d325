import { z } from '@byoml/core';
import { accessViewColumns, defineView } from '@byoml/core';
import { actorColumns, officeActor } from './office-activity.ts';
import { officeOperationsKql } from '../hunting/index.ts';
import { Facts } from './facts.ts';
import { pairDays } from './pair-days.ts';
import { tenantScopeSetting, unknownSetting } from './settings.ts';
import { optionalTexts } from './source-columns.ts';

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
  hunting: officeOperationsKql,
  sql(d, chosen) {
    const facts = new Facts(d);
    const operation = facts.text('operation', 'Operation');
    return pairDays(d, {
      ...officeActor(d, facts, chosen.scope),
      resource: chosen.resource === 'operation' ? operation : `COALESCE(${facts.text('workload', 'OfficeWorkload', 'Workload')} || ':', '') || ${operation}`,
      keepUnknown: chosen.unknown === 'keep',
    });
  },
});
