import type { ReportData } from '@byoml/core/reporting';
import { html, name, type Html } from '../page/html.ts';
import { count, counted } from '../page/numbers.ts';
import { legend, numbersTable } from '../pictures/figure.ts';
import { flowSankey } from '../pictures/flow-sankey.ts';
import { section } from './section.ts';

const mostRows = 100;

/** Who used what: usual accesses and the odd ones among them. */
export function flow({ picture }: ReportData): Html {
  const title = 'Usual and odd accesses';
  const links = picture.flow.filter(({ value }) => value > 0);
  if (links.length === 0) return section({ id: 'flow', title, says: null, body: html`<p class="empty">No accesses in the days of this run, so there is nothing to draw.</p>` });
  const sum = (odd: boolean): number => links.filter((link) => link.odd === odd).reduce((all, { value }) => all + value, 0);
  const said = `${counted(sum(false), 'usual access', 'usual accesses')} and ${count(sum(true))} that alerted, from groups of accounts (left) to resources (right).`;
  const ranked = links.toSorted((a, b) => Number(b.odd) - Number(a.odd) || b.value - a.value);
  const rows = ranked.slice(0, mostRows).map(({ source, target, value, odd }) => html`<tr><th scope="row">${name(source)}</th><td>${name(target)}</td><td>${count(value)}</td><td>${odd ? '◆ alerted' : 'usual'}</td></tr>`);
  const more = ranked.length > mostRows ? `, the first ${mostRows} of ${count(ranked.length)}` : '';
  const keys = legend([{ mark: 'band', means: 'usual, as wide as it is often' }, { mark: 'line', means: 'alerted (both ends marked ◆)' }]);
  return section({ id: 'flow', title, says: html`${said}`, body: html`<figure>${flowSankey(links, said)}${keys}</figure>${numbersTable(`Accesses from groups to resources${more}`, ['Group', 'Resource', 'Accesses', 'Kind'], rows)}` });
}
