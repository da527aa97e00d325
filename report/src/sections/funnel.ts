import type { ReportData } from '@byoml/core/reporting';
import { html, prose, type Html } from '../page/html.ts';
import { count } from '../page/numbers.ts';
import { section } from './section.ts';

type Stage = keyof ReportData['funnel'];

interface Step {
  readonly stage: Stage;
  readonly title: string;
  readonly means: string;
  /** Whether it is a part of the step above that leaves the way, or is told apart there. */
  readonly aside: boolean;
}

const steps: readonly Step[] = [
  { stage: 'read', title: 'Read', means: 'records of the source that the view could use', aside: false },
  { stage: 'kept', title: 'Kept', means: 'rows left by the view and the filters', aside: false },
  { stage: 'scored', title: 'Scored', means: 'new accesses: rows the model did not know', aside: false },
  { stage: 'unknown', title: 'Unknown', means: 'of these, with an account or resource the model had not learned', aside: true },
  { stage: 'overBudget', title: 'Over budget', means: 'odd enough, left out by the budget', aside: true },
  { stage: 'suppressed', title: 'Suppressed', means: 'guarded, absorbed by an open incident, or of a scanner', aside: true },
  { stage: 'sent', title: 'Sent', means: 'alerts given to the sinks', aside: false },
];

/** Lengths follow the logarithm: a million records and eight alerts share one picture. */
function bar(value: number, largest: number, aside: boolean): Html {
  const width = value <= 0 ? 0 : (100 * Math.log1p(value)) / Math.log1p(Math.max(1, largest));
  return html`<svg width="100%" height="16" aria-hidden="true"><rect class="${aside ? 'step-aside' : 'step'}" x="0.5" y="2.5" height="11" width="${Math.max(value > 0 ? 1 : 0, 0.99 * width).toFixed(1)}%"/></svg>`;
}

function drops(data: ReportData, stage: string): Html | false {
  const here = data.drops.filter((drop) => drop.stage === stage && drop.rows > 0);
  return here.length > 0 && html`<ul class="drops">${here.map(({ rows, reason }) => html`<li><b>−${count(rows)}</b> ${prose(reason)}</li>`)}</ul>`;
}

/** Where nothing was sent: at which step the way ended. */
function says({ funnel }: ReportData): string {
  const { read, kept, scored, sent } = funnel;
  if (read === 0) return 'The source gave no records: it is silent, or its path, table or window is wrong.';
  if (kept === 0) return 'No record passed the view and the filters.';
  if (scored === 0) return 'Every kept row was already known, so there was nothing to score.';
  return sent === 0 ? `Of ${count(read)} records, ${count(scored)} were new accesses and none was sent.` : `Of ${count(read)} records, ${count(scored)} were new accesses and ${count(sent)} became alerts.`;
}

/** What became of every record: counts, and the reason of each drop. */
export function funnel(data: ReportData): Html {
  const largest = Math.max(...Object.values(data.funnel));
  const rows = steps.map(({ stage, title, means, aside }) => html`<tr${aside && html` class="aside"`}><th scope="row">${title}</th><td class="number">${count(data.funnel[stage])}</td><td class="bar">${bar(data.funnel[stage], largest, aside)}</td><td class="means">${means}${drops(data, stage)}</td></tr>`);
  const known = new Set<string>(steps.map(({ stage }) => stage));
  const others = data.drops.filter(({ stage }) => !known.has(stage)).map(({ stage, rows: dropped, reason }) => html`<li><b>−${count(dropped)}</b> ${stage}: ${prose(reason)}</li>`);
  return section({ id: 'funnel', title: 'From records to alerts', says: html`${says(data)}`, body: html`<div class="scroll" tabindex="0" role="group" aria-label="Funnel"><table class="funnel"><caption class="unseen">From records to alerts</caption><thead><tr><th scope="col">Step</th><th scope="col" class="number">Count</th><th scope="col">Logarithmic</th><th scope="col">Meaning, and what was dropped there</th></tr></thead><tbody>${rows}</tbody></table></div>${others.length > 0 && html`<ul class="drops">${others}</ul>`}` });
}
