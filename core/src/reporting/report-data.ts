import { z } from 'zod';

/** One count per cell: who (rows) used what (columns). `odd` marks the cells that alerted. */
const matrix = z.strictObject({
  users: z.array(z.string()).describe('The account first, then its nearest peers'),
  resources: z.array(z.string()).describe('The odd resources first, then usual ones of the peers and the account'),
  counts: z.array(z.array(z.number().min(0))).describe('By user, then resource; 0 is no access'),
  odd: z.array(z.tuple([z.int(), z.int()])).describe('Cells that alerted: [user, resource]'),
});

const timelineDay = z.strictObject({ day: z.iso.date(), usual: z.number().describe('Accesses that were known'), fresh: z.number().describe('New accesses'), alerted: z.number().describe('New accesses that alerted') });

/** What an incident's picture in the state holds. */
export const incidentPicture = z.strictObject({ matrix, timeline: z.array(timelineDay).describe('The account or host over the last 30 days, oldest first') });
export type IncidentPicture = z.output<typeof incidentPicture>;

const contribution = z.strictObject({ label: z.string(), value: z.number() });

const reportedAlert = z.strictObject({
  recordId: z.string(), user: z.string(), resource: z.string(), status: z.string(), surprise: z.number(), pValue: z.number(), count: z.number(),
  sourceHosts: z.array(z.string()), firstSeen: z.iso.datetime().nullable(), lastSeen: z.iso.datetime().nullable(),
  sentence: z.string(), reasons: z.array(z.string()),
  quantity: z.string().describe('What the contributions add up to'), total: z.number(), exact: z.boolean(),
  contributions: z.array(contribution).describe('Largest first; they sum to `total`'),
});

const reportedIncident = z.strictObject({
  id: z.string(), day: z.iso.date(), rank: z.int().min(1), kind: z.enum(['account', 'source']), entity: z.string(), severity: z.string(),
  users: z.array(z.string()), sourceHosts: z.array(z.string()), resources: z.array(z.string()),
  surprise: z.number(), oneIn: z.number(), sentence: z.string(), status: z.enum(['open', 'closed']), evidence: z.int(),
  alerts: z.array(reportedAlert).describe('Its rows, oddest first'), picture: incidentPicture,
});

const histogram = z.array(z.strictObject({ from: z.number(), to: z.number(), calibration: z.number().describe('Share of the calibration candidates'), run: z.number().describe('Share of the scored candidates') }));
const calibrationPoint = z.strictObject({ expected: z.number().describe('p'), observed: z.number().describe('Share of the scored candidates with a p-value of at most that'), low: z.number(), high: z.number() });
const link = z.strictObject({ source: z.string(), target: z.string(), value: z.number().min(0), odd: z.boolean() });

/** What a run's picture in the state holds. */
export const runPicture = z.strictObject({
  histogram: histogram.describe('Of surprise, new accesses only'),
  calibration: z.array(calibrationPoint),
  flow: z.array(link).describe('Accesses from groups of accounts to resources of the run’s days; odd ones alerted'),
});
export type RunPicture = z.output<typeof runPicture>;

/** All that the report of a run shows. Texts come from logs: hostile until escaped. */
export const reportData = z.strictObject({
  detection: z.string(), run: z.int(), window: z.strictObject({ from: z.string(), to: z.string() }), made: z.string().describe('ISO 8601'),
  generated: z.boolean().describe('Whether the data is generated, not real: then the report says so everywhere'),
  algorithm: z.string(), model: z.strictObject({ version: z.int(), digest: z.string(), from: z.string(), to: z.string(), rows: z.int() }),
  budget: z.number(),
  days: z.array(z.strictObject({ day: z.iso.date(), queued: z.int(), more: z.int().describe('Above the line, left out by the budget'), candidates: z.int(), workday: z.boolean() })).describe('Oldest first'),
  incidents: z.array(reportedIncident).describe('Of the days shown, newest day first, then by rank'),
  scanners: z.array(z.strictObject({ entity: z.string(), rows: z.int() })).describe('Accounts that scan by trade, listed once'),
  funnel: z.strictObject({ read: z.int(), kept: z.int(), scored: z.int(), unknown: z.int(), overBudget: z.int(), suppressed: z.int(), sent: z.int() }),
  drops: z.array(z.strictObject({ stage: z.string(), rows: z.int(), reason: z.string() })),
  picture: runPicture,
  warnings: z.array(z.string()),
  commands: z.array(z.strictObject({ what: z.string(), command: z.string() })).describe('What to type next'),
});
export type ReportData = z.output<typeof reportData>;
