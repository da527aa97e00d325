import type { ReportData } from '@byoml/core/reporting';
import { html, name, type Html } from '../page/html.ts';
import { count, counted, dayText, decimal, instantText, windowText } from '../page/numbers.ts';

/** Auto follows the system; it works without a script, since the style sheet asks which one is checked. */
function themes(): Html {
  const choice = (id: string, text: string, checked: boolean): Html => html`<input type="radio" name="theme" id="theme-${id}"${checked && html` checked`}><label for="theme-${id}">${text}</label>`;
  return html`<fieldset class="themes"><legend class="unseen">Colours</legend>${choice('auto', 'Auto', true)}${choice('light', 'Light', false)}${choice('dark', 'Dark', false)}</fieldset>`;
}

/** The run in a sentence or two. */
function lede({ days, budget, incidents, warnings }: ReportData): Html {
  const last = days.at(-1);
  if (last === undefined) return html`No day was scored in this run.`;
  const queued = html`${last.queued === 0 ? 'No incident' : counted(last.queued, 'incident')} queued for ${dayText(last.day)}, from ${counted(last.candidates, 'new access', 'new accesses')}; the budget is ${decimal(budget)} a day.`;
  const first = incidents.find(({ day }) => day === last.day);
  return html`${queued}${first && html` The oddest is ${name(first.entity)}.`}${warnings.length > 0 && html` <a href="#warnings">${counted(warnings.length, 'warning')}</a>.`}`;
}

function facts({ window, algorithm, model, budget, made }: ReportData): Html {
  const fact = (term: string, value: Html): Html => html`<div><dt>${term}</dt><dd>${value}</dd></div>`;
  return html`<dl class="facts">${[
    fact('Window', html`${windowText(window.from, window.to)}`),
    fact('Algorithm', name(algorithm, 80)),
    fact('Model', html`version ${model.version} <span class="hint">${name(model.digest, 24)}</span>`),
    fact('Learned from', html`${windowText(model.from, model.to)} <span class="hint">${counted(model.rows, 'row')}</span>`),
    fact('Budget', html`${decimal(budget)} incidents a day`),
    fact('Made', html`${instantText(made)}`),
  ]}</dl>`;
}

export function header(data: ReportData): Html {
  return html`<header class="top"><div class="line"><p class="eyebrow">byoml · report of run ${count(data.run)}</p>${themes()}</div><h1>${name(data.detection, 80)}</h1><p class="lede">${lede(data)}</p>${facts(data)}</header>`;
}
