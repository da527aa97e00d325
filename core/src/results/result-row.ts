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
  rule: z.string().describe('Address of the rule template that chose the row'),
  techniques: z.array(z.string()).describe('ATT&CK techniques of the rule'),
  tactics: z.array(z.string()).describe('ATT&CK tactics of the techniques'),
  reasons: z.array(z.string()).describe('Why it is odd, one sentence each, the weightiest first; empty where the algorithm does not explain'),
  entities: z.string().describe('JSON object: entity type → value'),
};
export type ResultRow = { readonly [Name in keyof typeof resultColumns]: z.output<(typeof resultColumns)[Name]> };
