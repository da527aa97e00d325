import { z } from 'zod';
import { scoreColumns } from '../contracts/algorithm.ts';
import { utcDay, utcInstant } from '../contracts/cells.ts';

/** What a rule sees of a candidate, beside the algorithm's own input columns. */
export const scoredRowColumns = {
  scope: z.string(),
  user: z.string(),
  resource: z.string(),
  day: utcDay(),
  count: z.number(),
  sourceHosts: z.array(z.string()),
  firstSeen: utcInstant().optional(),
  lastSeen: utcInstant().optional(),
  ...scoreColumns,
  pValue: z.number(),
  score: z.number(),
};
