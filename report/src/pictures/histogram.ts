import * as Plot from '@observablehq/plot';
import type { RunPicture } from '@byoml/core/reporting';
import type { Html } from '../page/html.ts';
import { plotted } from './plotted.ts';

type Bin = RunPicture['histogram'][number];

/** The outline of the calibration's bins, as steps. */
function steps(bins: readonly Bin[]): Array<{ x: number; y: number }> {
  const first = bins[0];
  const last = bins.at(-1);
  if (first === undefined || last === undefined) return [];
  return [{ x: first.from, y: 0 }, ...bins.flatMap(({ from, to, calibration }) => [{ x: from, y: calibration }, { x: to, y: calibration }]), { x: last.to, y: 0 }];
}

/** Surprise of the run's new accesses (bars) against the calibration's (outline), with the shown alerts as diamonds below. */
export function scoreHistogram(bins: readonly Bin[], alerts: readonly number[], label: string): Html {
  const inside = alerts.filter((surprise) => surprise >= (bins[0]?.from ?? 0) && surprise <= (bins.at(-1)?.to ?? 0));
  const top = bins.reduce((most, { calibration, run }) => Math.max(most, calibration, run), 0) || 1;
  return plotted(label, { wide: { width: 1040, height: 270 }, narrow: { width: 360, height: 230 } }, ({ width }) => ({
    marginLeft: 40, marginRight: 18, marginTop: 14, marginBottom: 44,
    x: { label: 'surprise →', domain: [bins[0]?.from ?? 0, bins.at(-1)?.to ?? 1], ticks: width / 60, tickSize: 4, labelAnchor: 'right' },
    y: { label: null, type: 'sqrt', domain: [0, top * 1.05], ticks: 5, tickFormat: '~%', tickSize: 0 },
    marks: [
      Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks: 5 }),
      Plot.rectY(bins, { x1: 'from', x2: 'to', y: 'run', fill: 'var(--usual)', inset: 0.75 }),
      Plot.line(steps(bins), { x: 'x', y: 'y', stroke: 'var(--ink)', strokeWidth: 1.5, strokeLinejoin: 'miter' }),
      Plot.ruleY([0], { stroke: 'var(--muted)' }),
      Plot.dot(inside, { x: (surprise: number) => surprise, frameAnchor: 'bottom', dy: -6, symbol: 'diamond', r: 4, fill: 'var(--odd)', stroke: 'var(--page)', strokeWidth: 1 }),
    ],
  }));
}
