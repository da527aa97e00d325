import * as Plot from '@observablehq/plot';
import type { RunPicture } from '@byoml/core/reporting';
import { share } from '../page/numbers.ts';
import type { Html } from '../page/html.ts';
import { plotted } from './plotted.ts';

export type CalibrationPoint = RunPicture['calibration'][number];

/** As expected: the expected share and the observed one both lie in the band, be it drawn around the one or the other. */
export const withinBand = ({ expected, observed, low, high }: CalibrationPoint): boolean => expected >= low && expected <= high && observed >= low && observed <= high;

/** Expected against observed shares on logarithmic scales, since what matters are the rare ones. */
export function calibrationPlot(points: readonly CalibrationPoint[], label: string): Html {
  const smallest = points.reduce((least, point) => Math.min(least, ...[point.expected, point.observed].filter((value) => value > 0)), 1);
  const floor = 10 ** Math.floor(Math.log10(smallest));
  const at = (value: number): number => Math.min(1, Math.max(floor, value));
  const drawn = points.filter(({ expected }) => expected > 0).map((point) => ({ ...point, expected: at(point.expected), seen: at(point.observed), low: at(point.low), high: at(point.high), within: withinBand(point) }));
  const decades = Array.from({ length: Math.round(-Math.log10(floor)) + 1 }, (_, i) => floor * 10 ** i);
  const axis = { type: 'log', domain: [floor, 1], ticks: decades, tickFormat: (value: number) => share(Number(value.toPrecision(1))), tickSize: 4 } as const;
  return plotted(label, { wide: { width: 520, height: 400 }, narrow: { width: 360, height: 320 } }, () => ({
    marginLeft: 62, marginRight: 16, marginTop: 26, marginBottom: 44,
    x: { ...axis, label: 'expected share (p) →' },
    y: { ...axis, label: '↑ observed share' },
    marks: [
      Plot.areaY(drawn, { x: 'expected', y1: 'low', y2: 'high', fill: 'var(--usual-soft)' }),
      Plot.line([[floor, floor], [1, 1]], { stroke: 'var(--muted)', strokeDasharray: '4 3' }),
      Plot.line(drawn, { x: 'expected', y: 'seen', stroke: 'var(--usual)', strokeWidth: 1.5 }),
      Plot.dot(drawn.filter(({ within }) => within), { x: 'expected', y: 'seen', r: 4, fill: 'var(--usual)', stroke: 'var(--page)' }),
      Plot.dot(drawn.filter(({ within }) => !within), { x: 'expected', y: 'seen', r: 6, symbol: 'diamond', fill: 'var(--odd)', stroke: 'var(--page)' }),
    ],
  }));
}
