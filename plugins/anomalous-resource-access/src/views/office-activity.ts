import type { Dialect } from '@byoml/core';
import type { Facts } from './facts.ts';
import type { Access } from './pair-days.ts';
import { firstMoment } from './source-columns.ts';

/** Columns of OfficeActivity; the last of each pair is the spelling of the Office 365 Management Activity API. */
export const actorColumns = ['UserId', 'ClientIP', 'TenantId', 'OrganizationId', 'TimeGenerated', 'CreationTime', 'Operation', 'OfficeWorkload', 'Workload'] as const;

/** Who, when and from where. A user is in lower case, since sign-in names do not tell cases apart. */
export const officeActor = (d: Dialect, facts: Facts, scope: 'none' | 'tenant'): Pick<Access, 'facts' | 'at' | 'scope' | 'user' | 'host'> => ({
  facts,
  at: firstMoment(d, 'TimeGenerated', 'CreationTime'),
  scope: scope === 'tenant' ? facts.text('tenant', 'TenantId', 'OrganizationId') : `''`,
  user: `LOWER(${facts.text('principal', 'UserId')})`,
  host: facts.text('address', 'ClientIP'),
});
