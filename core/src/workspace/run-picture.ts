import type { History } from '../detection/daily/history.ts';
import type { RunPicture } from '../reporting/index.ts';
import type { DayScore } from './score-day.ts';

const bins = 30;
const expectations = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1] as const;
/** Normal approximation of a share, 95 %. */
const z = 1.959964;

/** How the day's new accesses lie among the calibration's: for the report. Without names. */
export function runPictureOf(_history: History, { candidates, p, calibration }: DayScore): Omit<RunPicture, 'flow'> & { readonly flow: [] } {
  const base = Float64Array.from([...calibration.windows.values()].flatMap(({ surprise }) => [...surprise]));
  return { histogram: histogram(base, candidates.surprise), calibration: points(p), flow: [] };
}

function histogram(base: Float64Array, fresh: Float64Array): RunPicture['histogram'] {
  if (base.length + fresh.length === 0) return [];
  const [low, high] = [...base, ...fresh].reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)] as const, [Infinity, -Infinity] as const);
  const width = (high - low) / bins || 1;
  const shares = (values: Float64Array): number[] => {
    const counts = Array.from({ length: bins }, () => 0);
    for (const value of values) counts[Math.min(bins - 1, Math.floor((value - low) / width))]! += 1;
    return counts.map((count) => (values.length === 0 ? 0 : count / values.length));
  };
  const [before, now] = [shares(base), shares(fresh)];
  return before.map((share, bin) => ({ from: low + bin * width, to: low + (bin + 1) * width, calibration: share, run: now[bin] as number }));
}

function points(p: Float64Array): RunPicture['calibration'] {
  if (p.length === 0) return [];
  return expectations.map((expected) => {
    const observed = p.reduce((sum, value) => sum + Number(value <= expected), 0) / p.length;
    const margin = z * Math.sqrt((expected * (1 - expected)) / p.length);
    return { expected, observed, low: Math.max(0, expected - margin), high: Math.min(1, expected + margin) };
  });
}
