import type { ReportData } from '@byoml/core/reporting';
import { html, name, type Html } from '../page/html.ts';
import { count, counted, dayText, decimal, oneIn, share } from '../page/numbers.ts';
import { section } from './section.ts';

type Alert = ReportData['incidents'][number]['alerts'][number];

function rarity(alert: Alert | undefined, data: ReportData): Html {
  const rule = html`How many new accesses of benign days one has to see, on average, to meet one as odd.`;
  if (alert === undefined) return rule;
  const day = data.days.at(-1);
  const chance = day !== undefined && html` Among the ${counted(day.candidates, 'new access', 'new accesses')} of ${dayText(day.day)}, about ${share(day.candidates * alert.pValue)} as odd would come by chance alone.`;
  return html`${rule} Here: ${name(alert.user)} at ${name(alert.resource)} has p = ${share(alert.pValue)}, that is ${oneIn(1 / alert.pValue)} new accesses.${chance}`;
}

/** What each number on the page says and does not say. */
export function meaning(data: ReportData): Html {
  const first = data.incidents[0];
  const term = (word: string, text: Html): Html => html`<div><dt>${word}</dt><dd>${text}</dd></div>`;
  const terms = [
    term('1 in N new accesses', rarity(first?.alerts[0], data)),
    term('1 in N incidents', html`The same for a whole incident: its rows taken together, compared with the incidents of the days it was calibrated on.${first && html` The first above: ${oneIn(first.oneIn)}.`}`),
    term('New access', html`An account and a resource that model version ${data.model.version} had not seen together. Known accesses are never alerts.`),
    term('Surprise', html`The raw number of the algorithm; higher is odder. It orders rows, and its unit means nothing between algorithms.`),
    term('Budget', html`The queue is as long as the ask, ${decimal(data.budget)} a day on average over working days, not as long as a threshold happens to make it. A calm day’s queue may hold nothing bad; the rank says where to look first, not that something is wrong.`),
    term('Contributions', html`Parts of the quantity behind a score. “Exact shares” add up to it by the algorithm’s own formula; “approximate contributions” are estimates.`),
    term('Learned', html`From ${counted(data.model.rows, 'row')}; what it did not see in them is new to it. Times and days are UTC.`),
  ];
  return section({ id: 'meaning', title: 'What the numbers mean', says: null, body: html`<dl class="terms">${terms}</dl>${data.generated && html`<p class="hint">The data of this report is generated, not real: ${count(data.incidents.length)} incidents of nobody.</p>`}` });
}
