import { z } from 'zod';
import { spanOf } from './event-time.ts';
import type { ResultRow } from './result-row.ts';

/** What the original notebook posts as `AnomalousResourceAccessResult`; the service adds `_t`, `_s` and `_d` to the names in the table. */
export const compatSchema = z.strictObject({ TimeStamp: z.iso.datetime(), User: z.string(), Resource: z.string(), AnomalyScore: z.number() });
export type CompatRow = z.output<typeof compatSchema>;

/** The result in the original's columns. Its score is the model's own (`surprise`): under `profile: compat` the original's number. */
export const compatRow = (row: ResultRow): CompatRow => ({ TimeStamp: spanOf(row).end, User: row.user, Resource: row.resource, AnomalyScore: row.surprise });
