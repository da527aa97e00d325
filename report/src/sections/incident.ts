import type { ReportData } from '@byoml/core/reporting';
import { html, name, names, prose, type Html } from '../page/html.ts';
import { count, counted, oneIn } from '../page/numbers.ts';
import { visibleName } from '../page/text.ts';
import { miniMatrix } from '../pictures/mini-matrix.ts';
import { timeline } from '../pictures/timeline.ts';
import { alertRow } from './alert-row.ts';

type Incident = ReportData['incidents'][number];

/** Each severity has a shape and its word. */
const shapes: Readonly<Record<string, string>> = { high: '▲', medium: '◆', low: '●', informational: '○' };

function severity(text: string): Html {
  return html`<span class="severity${text === 'high' || text === 'medium' ? ' pressing' : ''}"><span aria-hidden="true">${shapes[text] ?? '○'}</span> ${text}</span>`;
}

function summary({ rank, entity, kind, severity: level, oneIn: rarity, sentence, alerts, status }: Incident): Html {
  const of = html`<span class="rarity"><b>${oneIn(rarity)}</b><span class="hint"> incidents</span></span>`;
  const about = html`<span class="about">${severity(level)} · ${kind === 'source' ? 'source host' : 'account'} · ${counted(alerts.length, 'row')}${status === 'closed' && ' · closed'}</span>`;
  return html`<summary class="incident-line"><span class="rank"><span class="unseen">Rank </span>${rank}</span><span class="what"><span class="entity">${name(entity)}</span><span class="sentence">${prose(sentence)}</span>${about}</span>${of}</summary>`;
}

/** Everything by its full name, since lists shorten. */
function facts({ id, entity, kind, users, sourceHosts, resources, evidence }: Incident): Html {
  const fact = (term: string, value: Html | string): Html => html`<div><dt>${term}</dt><dd>${value}</dd></div>`;
  const whole = visibleName(entity).length > 56;
  return html`<dl class="facts small">${[
    whole && fact(kind === 'source' ? 'Source host' : 'Account', html`<bdi class="name whole">${visibleName(entity)}</bdi>`),
    users.length > 0 && fact('Accounts', names(users)),
    sourceHosts.length > 0 && fact('Source hosts', names(sourceHosts)),
    resources.length > 0 && fact('Resources', names(resources)),
    fact('Evidence', `${counted(evidence, 'piece')}`),
    fact('Incident', name(id, 24)),
  ]}</dl>`;
}

function matrixSays({ picture: { matrix }, entity }: Incident): Html | null {
  const [self, ...peers] = matrix.users;
  const odd = new Set(matrix.odd.map(([, resource]) => resource));
  if (self === undefined || odd.size === 0 || peers.length === 0) return null;
  const using = peers.filter((_, i) => [...odd].some((resource) => (matrix.counts[i + 1]?.[resource] ?? 0) > 0)).length;
  return html`${using === 0 ? 'None' : count(using)} of the ${counted(peers.length, 'nearest peer')} of ${name(entity)} ${using === 1 ? 'uses' : 'use'} ${odd.size === 1 ? 'the odd resource' : 'any of the odd resources'}.`;
}

function timelineSays({ picture: { timeline: days } }: Incident): Html | null {
  const last = days.at(-1);
  if (last === undefined) return null;
  const before = days.slice(0, -1);
  const fresh = before.reduce((sum, day) => sum + day.fresh, 0) / Math.max(1, before.length);
  return html`${counted(last.fresh, 'new access', 'new accesses')} on the last day, against ${fresh < 0.05 ? 'almost none' : fresh.toFixed(1)} a day before.`;
}

/** An incident: a line to scan, and behind it why. */
export function incident(item: Incident, open: boolean): Html {
  const pictures = html`<div class="pictures"><div>${miniMatrix(item.picture.matrix)}<p class="says">${matrixSays(item)}</p></div><div>${timeline(item.picture.timeline)}<p class="says">${timelineSays(item)}</p></div></div>`;
  return html`<details class="incident"${open && html` open`}>${summary(item)}<div class="body"><h3 class="unseen">Rank ${item.rank}: ${name(item.entity)}</h3>${pictures}<div class="rows">${item.alerts.map(alertRow)}</div>${facts(item)}</div></details>`;
}
