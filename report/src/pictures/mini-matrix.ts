import type { IncidentPicture } from '@byoml/core/reporting';
import { html, name, type Html } from '../page/html.ts';
import { brief, count } from '../page/numbers.ts';

type Matrix = IncidentPicture['matrix'];

const most = 12;
const shades = 4;

/** 0 for none, then by the logarithm, so that one use and a thousand can share a picture. */
function shade(value: number, largest: number): number {
  if (value <= 0) return 0;
  if (largest <= 1) return shades;
  return Math.max(1, Math.ceil((shades * Math.log(value + 1)) / Math.log(largest + 1)));
}

const cut = (texts: readonly string[], what: string): string | false => texts.length > most && `${count(texts.length - most)} more ${what} are not shown`;

/** Users by resources as a table: a count per cell, shaded by size, the cells that alerted outlined and marked. */
export function miniMatrix({ users, resources, counts, odd }: Matrix): Html {
  if (users.length === 0 || resources.length === 0) return html`<p class="empty">No neighbours to compare with: nobody in the learned days shares a resource with it.</p>`;
  const lit = new Set(odd.map(([user, resource]) => `${user} ${resource}`));
  const largest = counts.reduce((top, row) => row.reduce((at, value) => Math.max(at, value), top), 0);
  const columns = resources.slice(0, most);
  const cell = (user: number, resource: number): Html => {
    const value = counts[user]?.[resource] ?? 0;
    if (lit.has(`${user} ${resource}`)) return html`<td class="odd" title="${count(value)}"><span aria-hidden="true">◆</span> ${brief(value)}<span class="unseen"> alerted</span></td>`;
    return value === 0 ? html`<td class="shade-0"><span aria-hidden="true">·</span><span class="unseen">none</span></td>` : html`<td class="shade-${shade(value, largest)}" title="${count(value)}">${brief(value)}</td>`;
  };
  const head = columns.map((text) => html`<th scope="col"><span>${name(text, 24)}</span></th>`);
  const rows = users.slice(0, most).map((user, i) => html`<tr><th scope="row">${name(user, 28)}</th>${columns.map((_, j) => cell(i, j))}</tr>`);
  const left = [cut(users, 'accounts'), cut(resources, 'resources')].filter((text) => text !== false);
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Accounts and resources"><table class="matrix"><caption>Who uses what <span class="hint">counts; ◆ alerted</span></caption><thead><tr><td></td>${head}</tr></thead><tbody>${rows}</tbody></table></div>${left.length > 0 && html`<p class="hint">${left.join('; ')}.</p>`}`;
}
