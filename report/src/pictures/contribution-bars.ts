import type { ReportData } from '@byoml/core/reporting';
import { addedUp } from '../page/adding-up.ts';
import { html, name, type Html } from '../page/html.ts';
import { visibleName } from '../page/text.ts';

type Alert = ReportData['incidents'][number]['alerts'][number];

const shown = 8;

interface Part {
  readonly label: Html;
  readonly value: number;
}

/** The largest parts by name, the others as one, and whatever the parts leave of the total, so that nothing is hidden. */
export function partsOf({ contributions, total }: Pick<Alert, 'contributions' | 'total'>): Part[] {
  const ranked = contributions.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const cut = ranked.length > shown + 1 ? shown : ranked.length;
  const parts: Part[] = ranked.slice(0, cut).map(({ label, value }) => ({ label: name(label, 64), value }));
  const others = ranked.slice(cut);
  if (others.length > 0) parts.push({ label: html`<i>other (${others.length})</i>`, value: others.reduce((sum, { value }) => sum + value, 0) });
  const left = total - ranked.reduce((sum, { value }) => sum + value, 0);
  const scale = ranked.reduce((most, { value }) => Math.max(most, Math.abs(value)), Math.abs(total));
  if (Math.abs(left) > 1e-6 * scale) parts.push({ label: html`<i>not accounted for</i>`, value: left });
  return parts;
}

/** A bar from zero; sums with negative parts put zero inside. */
function bar(value: number, low: number, high: number): Html {
  const span = high - low || 1;
  const [from, to] = [(100 * (Math.min(0, value) - low)) / span, (100 * (Math.max(0, value) - low)) / span];
  const zero = low < 0 ? html`<rect x="${((-100 * low) / span).toFixed(1)}%" width="1" height="14" fill="var(--muted)"/>` : null;
  return html`<svg width="100%" height="14" aria-hidden="true"><rect class="${value < 0 ? 'part-less' : 'part'}" x="${from.toFixed(1)}%" y="2" height="10" width="${Math.max(0, to - from).toFixed(1)}%"/>${zero}</svg>`;
}

const scaleText = (exponent: number): Html | null => (exponent === 0 ? null : html` × 10<sup>${String(exponent).replace('-', '−')}</sup>`);

/** Bars that add up: the printed numbers sum to the printed total. */
export function contributionBars(alert: Alert): Html {
  const quantity = visibleName(alert.quantity);
  if (alert.contributions.length === 0 && alert.total === 0) return html`<p class="empty">Nothing contributes to ${quantity}: its total is 0.</p>`;
  const parts = partsOf(alert);
  const values = parts.map(({ value }) => value);
  const { parts: printed, total, exponent } = addedUp(values);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const rows = parts.map(({ label, value }, i) => html`<tr><th scope="row">${label}</th><td class="bar">${bar(value, low, high)}</td><td class="number" title="${String(value)}">${printed[i] as string}</td></tr>`);
  return html`<table class="parts"><caption>What <b>${quantity}</b> is made of${alert.exact ? ' (exact shares)' : ' (approximate contributions)'}${exponent !== 0 && html`, in units of 10<sup>${String(exponent).replace('-', '−')}</sup>`}</caption><tbody>${rows}</tbody><tfoot><tr><th scope="row">total ${quantity}</th><td></td><td class="number" title="${String(alert.total)}"><span class="sum">${total}</span>${scaleText(exponent)}</td></tr></tfoot></table>`;
}
