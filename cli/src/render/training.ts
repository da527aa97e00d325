import type { TrainingReport } from '@byoml/core/ad-hoc';
import { bold } from './colour.ts';

const seconds = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} s`;

export function trainingText({ model, digest, rows, calibrated, seconds: spent, calibrationSeconds }: TrainingReport): string {
  const calibration = calibrated ? `calibrated in ${seconds(calibrationSeconds)}` : 'not calibrated: scores have no p-value';
  return [`${bold('trained')} on ${rows.toLocaleString('en-US')} rows in ${seconds(spent)} · ${calibration}`, `  model  ${model}`, `  digest ${digest}`, '', `next: byoml score --model ${model} --data FILE --out scored.csv`].join('\n');
}
