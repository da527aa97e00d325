import type { ReportData } from '@byoml/core/reporting';
import { html, name, prose, type Html } from '../page/html.ts';
import { count, counted } from '../page/numbers.ts';
import { command } from './command.ts';
import { section } from './section.ts';

/** Accounts whose trade is to touch everything: said once, not queued daily. */
export function scanners({ scanners: found }: ReportData): Html {
  const says = found.length === 0 ? html`No account scans by trade: every account competes for the same queue.` : html`${counted(found.length, 'account')} ${found.length === 1 ? 'touches' : 'touch'} so much by trade that ${found.length === 1 ? 'it is' : 'they are'} listed here once and kept out of the queue.`;
  const rows = found.map(({ entity, rows: all }) => html`<tr><th scope="row">${name(entity)}</th><td class="number">${count(all)}</td></tr>`);
  return section({ id: 'scanners', title: 'Scanners', says, body: found.length === 0 ? html`` : html`<table class="plain"><caption class="unseen">Scanners</caption><thead><tr><th scope="col">Account</th><th scope="col">New accesses</th></tr></thead><tbody>${rows}</tbody></table>` });
}

export function warnings({ warnings: texts }: ReportData): Html {
  return section({ id: 'warnings', title: 'Warnings', says: texts.length === 0 ? html`None: nothing was wrong with the input or the run.` : null, body: texts.length === 0 ? html`` : html`<ul class="warnings">${texts.map((text) => html`<li>${prose(text)}</li>`)}</ul>` });
}

export function next({ commands }: ReportData): Html {
  const items = commands.map(({ what, command: text }) => html`<li><span>${prose(what)}</span>${command(text)}</li>`);
  return section({ id: 'next', title: 'Next', says: null, body: commands.length === 0 ? html`<p class="empty">Nothing to do next.</p>` : html`<ul class="commands">${items}</ul>` });
}
