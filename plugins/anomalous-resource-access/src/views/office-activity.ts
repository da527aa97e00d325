import type { Dialect } from '@byoml/core';
import { firstMoment, firstText } from './source-columns.ts';

/** Columns of OfficeActivity; the last of each pair is the spelling of the Office 365 Management Activity API. */
export const actorColumns = ['UserId', 'ClientIP', 'TenantId', 'OrganizationId', 'TimeGenerated', 'CreationTime', 'Operation', 'OfficeWorkload', 'Workload'] as const;

/** Who, when and from where, as SQL text. A user is in lower case, since sign-in names do not tell cases apart. */
export const officeActor = (d: Dialect): { readonly user: string; readonly at: string; readonly host: string; readonly tenant: string } => ({
  user: `LOWER(${firstText(d, 'UserId')})`,
  at: firstMoment(d, 'TimeGenerated', 'CreationTime'),
  host: firstText(d, 'ClientIP'),
  tenant: firstText(d, 'TenantId', 'OrganizationId'),
});
