import type { TrainingReport } from '@byoml/core/ad-hoc';
import type { ModelRecord } from '@byoml/core/state';
import { isoDay } from '../detecting.ts';
import { bold } from './colour.ts';

const seconds = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} s`;

export function trainingText({ model, digest, rows, calibrated, seconds: spent, calibrationSeconds }: TrainingReport): string {
  const calibration = calibrated ? `calibrated in ${seconds(calibrationSeconds)}` : 'not calibrated: scores have no p-value';
  return [`${bold('trained')} on ${rows.toLocaleString('en-US')} rows in ${seconds(spent)} · ${calibration}`, `  model  ${model}`, `  digest ${digest}`, '', `next: byoml score --model ${model} --data FILE --out scored.csv`].join('\n');
}

export const modelText = ({ detection, version, digest, rows, days, role, calibrated }: ModelRecord): string =>
  [
    `${bold('trained')} ${detection}@${version} (${role}) on ${rows.toLocaleString('en-US')} rows, ${isoDay(days.from)} to ${isoDay(days.to - 1)}${calibrated ? '' : '; not calibrated: too few days'}`, `  digest ${digest}`, '',
    `next: ${role === 'shadow' ? `byoml run ${detection}, then byoml models diff` : `byoml run ${detection}`}`,
  ].join('\n');
