import { z } from 'zod';
import { utcDay, utcInstant } from './cells.ts';

/** What access algorithms read: one row per access or per (scope, user, resource, day); repeated rows add up, count 0 is no access. */
export const accessColumns = {
  scope: z.string().default('').describe('Isolation key: nothing crosses it. Tenant, domain, workspace'),
  user: z.string().min(1).describe('Who'),
  resource: z.string().min(1).describe('What'),
  count: z.number().min(0).default(1).describe('How often'),
  day: utcDay().optional().describe('UTC day of the access'),
  lastSeen: utcInstant().optional().describe('Time of the access, or of the last one in the row; gives the day where there is no day'),
};
export type AccessColumns = typeof accessColumns;

/** When a pair was seen first, beside `lastSeen`: for algorithms that use the span of activity. */
export const spanColumns = {
  firstSeen: utcInstant().optional().describe('First time in the window'),
};

/** What a directory says about the user of a row, most specific first. */
export const directoryColumns = {
  manager: z.string().optional().describe('Manager of the user'),
  team: z.string().optional().describe('Team of the user'),
  department: z.string().optional().describe('Department of the user'),
  title: z.string().optional().describe('Job title of the user'),
};

/** What access views give out: one row per (scope, user, resource, UTC day). */
export const accessViewColumns = {
  scope: z.string(),
  user: z.string(),
  resource: z.string(),
  day: utcDay(),
  count: z.number(),
  sourceHosts: z.array(z.string()),
  firstSeen: utcInstant(),
  lastSeen: utcInstant(),
};
