import { z } from 'zod';
import { severities } from '../contracts/rule.ts';
import { statuses } from '../contracts/algorithm.ts';

/** What sinks get: one row per alert and revision. Days and times are ISO 8601 text. */
export const resultColumns = {
  recordId: z.string().describe('The same for the same detection, scope, account, resource and day'),
  revision: z.number().describe('The highest of a recordId is what holds'),
  detection: z.string(),
  run: z.number().describe('Number of the run that made this revision'),
  incident: z.string().describe('Id of its incident; empty when a rule alerted outside the queue'),
  withdrawn: z.boolean().describe('Whether late data took the alert back'),
  scope: z.string(),
  user: z.string(),
  resource: z.string(),
  day: z.iso.date(),
  count: z.number(),
  sourceHosts: z.array(z.string()),
  firstSeen: z.string().describe('Empty where the data does not tell'),
  lastSeen: z.string().describe('Empty where the data does not tell'),
  status: z.enum(statuses),
  surprise: z.number(),
  pValue: z.number(),
  score: z.number(),
  severity: z.enum(severities),
  title: z.string(),
  message: z.string(),
};
export type ResultRow = { readonly [Name in keyof typeof resultColumns]: z.output<(typeof resultColumns)[Name]> };
