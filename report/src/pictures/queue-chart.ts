import * as Plot from '@observablehq/plot';
import type { ReportData } from '@byoml/core/reporting';
import { count, dayShort, decimal } from '../page/numbers.ts';
import type { Html } from '../page/html.ts';
import { plotted, type PlotSize } from './plotted.ts';

type Day = ReportData['days'][number];

const widestBar = 48;

/** Days that get a label, so that labels do not touch. */
function ticks(days: readonly Day[], { width }: PlotSize): string[] {
  const every = Math.max(1, Math.ceil(days.length / Math.floor(width / 64)));
  return days.filter((_, i) => (days.length - 1 - i) % every === 0).map(({ day }) => day);
}

/** As high as the queue and the budget need; what was left out may reach over the top and then only says how much. */
function ceiling(days: readonly Day[], budget: number): number {
  const queued = days.reduce((most, day) => Math.max(most, day.queued), 0);
  const all = days.reduce((most, day) => Math.max(most, day.queued + day.more), 0);
  return Math.max(1, Math.min(all, 2 * Math.max(queued, budget)), budget) * 1.1;
}

/** A few days get no wider bars than many. */
const inset = (days: readonly Day[], width: number): number => Math.max(0, ((width - 104) / days.length) * 0.375 - widestBar / 2);

function marks(days: readonly Day[], budget: number, top: number, { width }: PlotSize): Plot.Markish[] {
  const narrowed = { x: 'day', insetLeft: inset(days, width), insetRight: inset(days, width) };
  const work = days.filter(({ workday }) => workday);
  const off = days.filter(({ workday }) => !workday);
  const more = days.filter((day) => day.more > 0).map((day) => ({ ...day, end: Math.min(top, day.queued + day.more) }));
  const labelled = width / days.length >= 20 ? more : [];
  return [
    Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks: 5 }),
    Plot.barY(work, { ...narrowed, y: 'queued', fill: 'var(--usual)' }),
    Plot.barY(off, { ...narrowed, y: 'queued', fill: 'none', stroke: 'var(--usual)', strokeDasharray: '2 2' }),
    Plot.barY(more, { ...narrowed, y1: 'queued', y2: 'end', fill: 'url(#hatch)', stroke: 'var(--usual)', strokeWidth: 0.75 }),
    Plot.text(labelled, { x: 'day', y: 'end', text: ({ more: left }: Day) => `+${count(left)}`, dy: -6, fill: 'var(--muted)', fontSize: 10 }),
    Plot.ruleY([budget], { stroke: 'var(--odd)', strokeWidth: 1.5, strokeDasharray: '5 3' }),
    Plot.text([budget], { y: (value: number) => value, frameAnchor: 'right', textAnchor: 'start', dx: 6, text: (value: number) => `budget ${decimal(value)}`, fill: 'var(--odd)', fontWeight: 600 }),
    Plot.ruleY([0], { stroke: 'var(--muted)' }),
  ];
}

/** Incidents queued per day against the budget. */
export function queueChart(days: readonly Day[], budget: number, label: string): Html {
  const top = ceiling(days, budget);
  return plotted(label, { wide: { width: 1040, height: 260 }, narrow: { width: 360, height: 220 } }, (size) => ({
    marginLeft: 34, marginRight: 70, marginTop: 22, marginBottom: 26,
    x: { type: 'band', domain: days.map(({ day }) => day), padding: 0.25, ticks: ticks(days, size), tickFormat: dayShort, label: null, tickSize: 4 },
    y: { domain: [0, top], ticks: 5, label: null, tickSize: 0 },
    marks: marks(days, budget, top, size),
  }));
}
