import { statuses, utcDay, z } from '@byoml/core';

/** A scored access: one row per (scope, user, resource, UTC day). */
export const columns = {
  scope: z.string().default('').describe('Isolation key: tenant, domain, workspace'),
  user: z.string().min(1).describe('Who'),
  resource: z.string().min(1).describe('What'),
  day: utcDay().describe('UTC day of the access'),
  count: z.number().min(0).default(1).describe('How often on that day'),
  surprise: z.number().describe('How odd, as the algorithm says: higher = odder'),
  pValue: z.number().gt(0).max(1).describe('Share of new accesses that are at least as odd'),
  score: z.number().min(0).max(100).describe('100·(1 − p)'),
  status: z.enum(statuses).describe('What the row is to the model'),
  sourceHosts: z.array(z.string()).optional().describe('Addresses or names of the hosts it came from'),
};
