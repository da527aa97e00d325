import type { IncidentPicture } from '@byoml/core/reporting';
import { html, type Html } from '../page/html.ts';
import { count, counted, dayShort } from '../page/numbers.ts';

type Day = IncidentPicture['timeline'][number];

const height = 96;
const base = 78;
const room = 56;

const px = (value: number): string => value.toFixed(1);

/** One day: usual accesses, new ones as an outline on top, those that alerted filled, with a diamond above. Widths in percent fit any page. */
function column(day: Day, i: number, width: number, largest: number): Html {
  const tall = (value: number): number => (value <= 0 ? 0 : Math.max(2, (room * value) / largest));
  const [usual, fresh, alerted] = [tall(day.usual), tall(Math.max(0, day.fresh - day.alerted)), tall(day.alerted)];
  const x = `${((i + 0.15) * width).toFixed(2)}%`;
  const bar = (kind: string, from: number, size: number): Html | false => size > 0 && html`<rect class="${kind}" x="${x}" width="${(0.7 * width).toFixed(2)}%" y="${px(base - from - size)}" height="${px(size)}"/>`;
  const mark = day.alerted > 0 && html`<svg x="${((i + 0.5) * width).toFixed(2)}%" y="${px(base - usual - fresh - alerted - 9)}" overflow="visible" aria-hidden="true"><path class="t-mark" d="M0 -5L5 0L0 5L-5 0Z"/></svg>`;
  return html`${bar('t-usual', 0, usual)}${bar('t-fresh', usual, fresh)}${bar('t-odd', usual + fresh, alerted)}${mark}`;
}

const dayWords = ({ day, usual, fresh, alerted }: Day): string => `${dayShort(day)}: ${count(usual)} usual, ${count(fresh)} new${alerted > 0 ? `, ${count(alerted)} alerted` : ''}`;

function labels(days: readonly Day[], width: number): Html {
  const at = [...new Set([0, Math.floor((days.length - 1) / 2), days.length - 1])];
  return html`${at.map((i) => html`<text x="${((i + 0.5) * width).toFixed(2)}%" y="${height - 4}" text-anchor="${i === 0 && days.length > 1 ? 'start' : i === days.length - 1 ? 'end' : 'middle'}">${dayShort((days[i] as Day).day)}</text>`)}`;
}

/** What the entity did, day by day. */
export function timeline(days: readonly Day[]): Html {
  const active = days.filter(({ usual, fresh }) => usual + fresh > 0);
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined || active.length === 0) return html`<p class="empty">No accesses in the days before: there is no history to draw.</p>`;
  const width = 100 / days.length;
  const largest = days.reduce((most, { usual, fresh }) => Math.max(most, usual + fresh), 1);
  const alerted = days.filter((day) => day.alerted > 0);
  const label = `${dayShort(first.day)} to ${dayShort(last.day)}: active on ${counted(active.length, 'day')} of ${days.length}, at most ${count(largest)} a day. ${alerted.map(dayWords).join('; ')}`;
  return html`<figure class="timeline"><figcaption>Day by day <span class="hint">at most ${count(largest)} a day</span></figcaption><svg role="img" aria-label="${label}" width="100%" height="${height}"><line x1="0" x2="100%" y1="${base + 0.5}" y2="${base + 0.5}" stroke="var(--muted)"/>${days.map((day, i) => column(day, i, width, largest))}${labels(days, width)}</svg></figure>`;
}
