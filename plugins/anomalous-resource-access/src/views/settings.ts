import { z } from '@byoml/core';
import { unknownName } from './pair-days.ts';

/** What to do with records that do not say who or what. */
export const unknownSetting = z.enum(['drop', 'keep']).default('drop').describe(`Records without a user or resource: leave them out, or count them under the name ${unknownName}`);

export const tenantScopeSetting = z.enum(['none', 'tenant']).default('none').describe('What isolates accesses from each other: nothing, or the tenant');
