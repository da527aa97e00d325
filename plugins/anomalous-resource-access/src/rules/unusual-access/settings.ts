import { severities, z } from '@byoml/core';

export const settings = z.strictObject({
  severity: z.enum(severities).default('medium').describe('Severity where the user and the resource are both known to the model'),
  newSeverity: z.enum(severities).default('low').describe('Severity where the user or the resource is new to the model, so that less is known of them'),
  raiseAt: z.number().min(0).max(1).default(0.0005).describe('p-value at or below which an alert is one severity higher; 0.0005 is 1 in 2,000 new accesses, 0 never raises'),
  alertAt: z.number().gt(0).max(1).default(1).describe('p-value at or below which there is an alert at all; 1 leaves that to the budget of the detection'),
  detection: z.string().min(1).max(200).optional().describe('Name of the detection whose records the Sentinel query reads; those of all detections when absent'),
  lookBack: z.string().regex(/^[1-9]\d{0,3}[mhd]$/u).default('1h').describe('How far back the Sentinel query looks, such as 15m, 1h or 1d: as long as the pause between two runs of it'),
});
export type Settings = z.output<typeof settings>;
