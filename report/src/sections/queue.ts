import type { ReportData } from '@byoml/core/reporting';
import { html, type Html } from '../page/html.ts';
import { counted, dayText, decimal } from '../page/numbers.ts';
import { incident } from './incident.ts';
import { section } from './section.ts';

type Day = ReportData['days'][number];
type Incident = ReportData['incidents'][number];

/** Why a queue is empty. */
function quiet(day: Day | undefined, { model, funnel }: ReportData): Html {
  if (day === undefined) return html`<p class="empty">No day was scored, so there is no queue. See <a href="#funnel">the funnel</a> for where the records went.</p>`;
  if (funnel.read === 0) return html`<p class="empty">The source gave no records: nothing could be odd. This is silence, not calm.</p>`;
  if (day.candidates === 0) return html`<p class="empty">No new accesses on this day: every access was already known to model version ${model.version}, so nothing could be odd.</p>`;
  return html`<p class="empty">A quiet day: of ${counted(day.candidates, 'new access', 'new accesses')}, none was odd enough to be worth one of the budget’s places.</p>`;
}

function places({ queued, more, workday }: Day, budget: number): Html {
  return html`${queued === 0 ? 'No incident' : counted(queued, 'incident')} against a budget of ${decimal(budget)}${more > 0 && `; ${more} more lay above the line and were left out by the budget`}${workday ? '' : '; not a working day'}.`;
}

const keys = html`<p class="hint keys"><kbd>j</kbd> <kbd>k</kbd> or <kbd>↓</kbd> <kbd>↑</kbd> move between incidents, <kbd>Enter</kbd> opens one, <kbd>Esc</kbd> closes it.</p>`;

/** The last day's queue, oddest first. */
export function queue(data: ReportData): Html {
  const day = data.days.at(-1);
  const items = data.incidents.filter((item) => item.day === day?.day);
  const body = items.length === 0 ? quiet(day, data) : html`<div class="list">${items.map((item, i) => incident(item, i === 0))}</div><div class="scripted" hidden>${keys}</div>`;
  return section({ id: 'queue', title: day === undefined ? 'Queue' : `Queue of ${dayText(day.day)}`, says: day === undefined ? null : places(day, data.budget), body });
}

/** The days before, newest first; absent when there are none. */
export function earlier(data: ReportData): Html | null {
  const last = data.days.at(-1)?.day;
  const byDay = new Map<string, Incident[]>();
  for (const item of data.incidents) if (item.day !== last) byDay.set(item.day, [...(byDay.get(item.day) ?? []), item]);
  if (byDay.size === 0) return null;
  const days = Array.from(byDay, ([day, items]) => html`<h3 class="day">${dayText(day)} <span class="hint">${counted(items.length, 'incident')}</span></h3><div class="list">${items.map((item) => incident(item, false))}</div>`);
  return section({ id: 'earlier', title: 'Earlier days', says: html`${counted(data.incidents.filter((item) => item.day !== last).length, 'incident')} of the ${byDay.size === 1 ? 'day' : counted(byDay.size, 'day')} before, by rank within each day.`, body: html`${days}` });
}
