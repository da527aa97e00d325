import type { ReportData } from '@byoml/core/reporting';
import { html, type Html } from '../page/html.ts';
import { count, counted, dayText, decimal } from '../page/numbers.ts';
import { legend, numbersTable } from '../pictures/figure.ts';
import { queueChart } from '../pictures/queue-chart.ts';
import { section } from './section.ts';

type Days = ReportData['days'];

const mean = (days: Days): number => days.reduce((sum, { queued }) => sum + queued, 0) / days.length;

function says(days: Days, budget: number): string {
  const work = days.filter(({ workday }) => workday);
  const counted_ = work.length > 0 ? work : days;
  const over = counted_.filter(({ queued }) => queued > budget).length;
  return `${decimal(mean(counted_))} incidents a day on ${counted(counted_.length, work.length > 0 ? 'working day' : 'day')}, against a budget of ${decimal(budget)}; ${over === 0 ? 'no day was above it' : `${counted(over, 'day')} above it`}.`;
}

/** The queue of each day against the budget line. */
export function budget({ days, budget: perDay }: ReportData): Html {
  const title = 'Queue per day';
  if (days.length === 0) return section({ id: 'budget', title, says: null, body: html`<p class="empty">No day was scored yet: the first bar appears after the first score run.</p>` });
  const said = says(days, perDay);
  const keys = legend([{ mark: 'usual', means: 'queued' }, { mark: 'more', means: 'above the line, left out by the budget' }, { mark: 'off', means: 'not a working day' }, { mark: 'line', means: 'budget' }]);
  const rows = days.map((day) => html`<tr><th scope="row">${dayText(day.day)}${!day.workday && ' (off)'}</th><td>${count(day.queued)}</td><td>${count(day.more)}</td><td>${count(day.candidates)}</td></tr>`);
  return section({ id: 'budget', title, says: html`${said}`, body: html`<figure>${queueChart(days, perDay, `Incidents queued per day. ${said}`)}${keys}</figure>${numbersTable('Queue per day', ['Day (UTC)', 'Queued', 'Left out', 'New accesses'], rows)}` });
}
