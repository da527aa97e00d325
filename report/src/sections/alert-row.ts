import type { ReportData } from '@byoml/core/reporting';
import { html, name, names, prose, type Html } from '../page/html.ts';
import { counted, decimal, oneIn, seenText, share } from '../page/numbers.ts';
import { contributionBars } from '../pictures/contribution-bars.ts';
import { command, shellWord } from './command.ts';

type Alert = ReportData['incidents'][number]['alerts'][number];

const statusWords: Readonly<Record<string, string>> = {
  known: 'known pair', scored: 'both known, new together', 'new-user': 'new account', 'new-resource': 'new resource', 'new-both': 'new account, new resource', unconnected: 'no path of accesses between them',
};

function facts(alert: Alert): Html {
  const seen = seenText(alert.firstSeen, alert.lastSeen);
  const parts = [
    html`<b title="p = ${share(alert.pValue)}">${oneIn(1 / alert.pValue)}</b> new accesses is as odd`,
    html`surprise ${decimal(alert.surprise)}`,
    html`${statusWords[alert.status] ?? alert.status}`,
    html`${counted(alert.count, 'time')}${seen !== null && `, ${seen}`}`,
    ...(alert.sourceHosts.length > 0 ? [html`from ${names(alert.sourceHosts, 3)}`] : []),
  ];
  return html`<ul class="row-facts">${parts.map((part) => html`<li>${part}</li>`)}</ul>`;
}

/** The sentence is said once, above; what it repeats is not. */
const reasonsOf = ({ reasons, sentence }: Alert): readonly string[] => reasons.filter((reason) => reason !== sentence);

/** One row of an incident: what, how odd, why, and what its number is made of. */
export function alertRow(alert: Alert): Html {
  const reasons = reasonsOf(alert);
  return html`<article class="row"><h4>${name(alert.user, 48)} <span aria-hidden="true">→</span><span class="unseen">to</span> ${name(alert.resource, 64)}</h4><p>${prose(alert.sentence)}</p>${facts(alert)}${reasons.length > 0 && html`<ul class="reasons">${reasons.map((reason) => html`<li>${prose(reason)}</li>`)}</ul>`}${contributionBars(alert)}${command(`byoml explain ${shellWord(alert.recordId)}`)}</article>`;
}
