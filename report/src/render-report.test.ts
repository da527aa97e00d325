import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { isByomlError } from '@byoml/core';
import type { ReportData } from '@byoml/core/reporting';
import { renderReport } from './index.ts';
import { partsOf } from './pictures/contribution-bars.ts';
import { anIncident, aQuietReport, aReport } from './report.test.fixture.ts';

interface Element { readonly textContent: string; readonly innerHTML: string; getAttribute(name: string): string | null; querySelectorAll(selector: string): Iterable<Element> }
const all = (markup: string, selector: string): Element[] => [...(parseHTML(markup).document as unknown as Element).querySelectorAll(selector)];
const textOf = (markup: string, selector: string): string => all(markup, selector).map(({ textContent }) => textContent).join(' ').replaceAll(/\s+/g, ' ');

test('the document asks for nothing outside itself', () => {
  const markup = renderReport(aReport());
  expect(markup).not.toMatch(/https?:|\/\/[a-z]|@import|url\((?!#)/i);
  expect(all(markup, '[src], link, iframe, img, object, embed, base, form')).toEqual([]);
  for (const link of all(markup, '[href]')) expect(link.getAttribute('href')).toMatch(/^#[a-z]+$/);
});

test('the policy lets only the page’s own style and script in', () => {
  const markup = renderReport(aReport());
  const policy = all(markup, 'meta[http-equiv="Content-Security-Policy"]')[0]?.getAttribute('content') ?? '';
  const hash = (tag: string): string => {
    const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(markup)?.[1] ?? '';
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  };
  expect(policy).toBe(`default-src 'none'; style-src ${hash('style')}; script-src ${hash('script')}; base-uri 'none'; form-action 'none'`);
  expect(all(markup, 'script')).toHaveLength(1);
  expect(all(markup, 'style')).toHaveLength(1);
  expect(all(markup, '[style], [onclick], [onload], [onerror]')).toEqual([]);
});

const fixedTexts = new Set(['account', 'source', 'open', 'closed']);
const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\d/.test(text);

/** Every text that a log, a plugin or a file could have chosen. */
function poisoned(value: unknown, poison: (text: string) => string): unknown {
  if (typeof value === 'string') return isDate(value) || fixedTexts.has(value) ? value : poison(value);
  if (Array.isArray(value)) return value.map((item) => poisoned(item, poison));
  if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, poisoned(item, poison)]));
  return value;
}

test('no text of the data becomes markup, wherever it stands', () => {
  const hostile = poisoned(aReport(), (text) => `</title></style></script><script>alert(1)</script><img src=x onerror=alert(1)>"' onfocus='alert(1)' ${text}`) as ReportData;
  const [markup, calm] = [renderReport(hostile), renderReport(aReport())];
  const tags = (text: string): number => all(text, 'script, img, [onfocus], [onerror], style, title').length;
  expect(tags(markup)).toBe(tags(calm));
  expect(markup).not.toMatch(/<script>alert|<img/);
  expect(markup).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
});

test('text that turns around is seen as such, wherever it stands', () => {
  const markup = renderReport(poisoned(aReport(), (text) => `${text}\u202E\u2066\u200B`) as ReportData);
  expect(markup).not.toMatch(/[\u202E\u2066\u200B]/);
  expect(markup).toContain('‹U+202E›');
});

test('a name of 4,000 characters stays short on the page and whole in a tooltip and in the details', () => {
  const long = `CORP\\${'n'.repeat(4_000 - 11)}-final`;
  const incident = { ...anIncident(0, 1, '2026-03-27', 1), entity: long };
  const markup = renderReport(aReport({ incidents: [incident] }));
  expect(textOf(markup, '.entity').length).toBeLessThan(64);
  expect(all(markup, '.entity bdi')[0]?.getAttribute('title')).toBe(long);
  expect(textOf(markup, '.whole')).toBe(long);
});

test('an incident says who, what, why, how rare, how much evidence, and what to type', () => {
  const incident = anIncident(1, 1, '2026-03-27', 2);
  const markup = renderReport(aReport({ incidents: [incident] }));
  const text = textOf(markup, '#queue');
  for (const said of [incident.entity, incident.sentence, ...incident.resources, ...incident.alerts.map(({ sentence }) => sentence), ...incident.alerts.flatMap(({ reasons }) => reasons), `${incident.evidence} pieces`, ...incident.alerts.map(({ recordId }) => `byoml explain ${recordId}`)]) expect(text).toContain(said);
  expect(text).toMatch(/1 in [\d,]+ incidents/);
  expect(text).toMatch(/1 in [\d,]+ new accesses is as odd/);
});

test('a command for a record of a strange name is one word to the shell', () => {
  const incident = anIncident(1, 1, '2026-03-27', 1);
  const markup = renderReport(aReport({ incidents: [{ ...incident, alerts: incident.alerts.map((alert) => ({ ...alert, recordId: "x'; rm -rf ~" })) }] }));
  expect(textOf(markup, '#queue .command')).toBe("byoml explain 'x'\\''; rm -rf ~'");
});

test('the last day comes first, oddest first; the days before follow', () => {
  const markup = renderReport(aReport());
  expect(all(markup, '#queue .rank').map(({ textContent }) => textContent)).toEqual(Array.from({ length: 8 }, (_, i) => `Rank ${i + 1}`));
  expect(all(markup, '#earlier .incident')).toHaveLength(5);
  expect(markup.indexOf('id="queue"')).toBeLessThan(markup.indexOf('id="earlier"'));
});

test('contributions beyond the largest are one bar, and what is not accounted for is said', () => {
  const contributions = Array.from({ length: 20 }, (_, i) => ({ label: `part ${i}`, value: 20 - i }));
  const parts = partsOf({ contributions, total: 210 });
  expect(parts.map(({ value }) => value)).toEqual([20, 19, 18, 17, 16, 15, 14, 13, 78]);
  expect(parts.at(-1)?.label.html).toContain('other (12)');
  expect(partsOf({ contributions, total: 215 }).at(-1)).toEqual({ label: { html: '<i>not accounted for</i>' }, value: 5 });
});

test('a total of nothing is said, not drawn', () => {
  const incident = anIncident(0, 1, '2026-03-27', 1);
  const markup = renderReport(aReport({ incidents: [{ ...incident, alerts: incident.alerts.map((alert) => ({ ...alert, total: 0, contributions: [] })) }] }));
  expect(textOf(markup, '#queue .empty')).toBe('Nothing contributes to s: its total is 0.');
});

test('generated data says so in the title, on top, at the foot and where the numbers are explained', () => {
  const markup = renderReport(aReport());
  for (const place of ['title', '.generated', 'footer', '#meaning']) expect([place, textOf(markup, place)]).toEqual([place, expect.stringMatching(/generated(?: data)?, not real/i)]);
  expect(renderReport(aReport({ generated: false }))).not.toMatch(/not real(?!")/);
});

test('an empty report says why each part is empty', () => {
  const markup = renderReport(aQuietReport());
  expect(textOf(markup, '.empty')).toMatch(/quiet day: of 340 new accesses.*No accesses in the days.*no distribution.*cannot be checked/);
  const why = (changes: Partial<ReportData>): string => textOf(renderReport({ ...aQuietReport(), ...changes }), '#queue .empty');
  const { days, funnel } = aQuietReport();
  expect(why({ days: days.map((day) => ({ ...day, candidates: 0 })) })).toContain('every access was already known');
  expect(why({ funnel: { ...funnel, read: 0 } })).toContain('silence, not calm');
  expect(why({ days: [] })).toContain('No day was scored');
});

test('the funnel says where records went and why', () => {
  const text = textOf(renderReport(aReport()), '#funnel');
  for (const said of ['4,213,007', '61,442', '1,204', '97', '−239,015 resource matches', '−25 of a scanner']) expect(text).toContain(said);
  const silent = { ...aReport().funnel, read: 0, kept: 0, scored: 0, sent: 0 };
  expect(textOf(renderReport(aReport({ funnel: silent })), '#funnel .says')).toContain('silent');
});

test('a drop at a stage that the report does not know is shown all the same', () => {
  expect(textOf(renderReport(aReport({ drops: [{ stage: 'later', rows: 3, reason: 'because' }] })), '#funnel')).toContain('−3 later: because');
});

test('colours are those of the page, never of a picture, so that light and dark need no second drawing', () => {
  const markup = renderReport(aReport());
  const drawn = all(markup, 'svg *').flatMap((node) => [node.getAttribute('fill'), node.getAttribute('stroke')]).filter((colour) => colour !== null);
  expect([...new Set(drawn)].filter((colour) => !/^(?:var\(--[a-z-]+\)|none|currentColor|url\(#hatch\))$/.test(colour))).toEqual([]);
});

test('every picture has words', () => {
  const markup = renderReport(aReport());
  for (const picture of all(markup, 'svg')) expect((picture.getAttribute('aria-label') ?? '').length > 20 || picture.getAttribute('aria-hidden') === 'true').toBe(true);
  for (const id of ['budget', 'funnel', 'flow', 'scores', 'calibration']) expect(textOf(markup, `#${id} > .says`).length).toBeGreaterThan(20);
});

test('data that does not follow the contract is refused by its place', () => {
  let thrown: unknown;
  try {
    renderReport({ ...aReport(), days: [{ day: 'yesterday', queued: 1, more: 0, candidates: 1, workday: true }] });
  } catch (error) {
    thrown = error;
  }
  expect(isByomlError(thrown) && [thrown.code, thrown.message]).toEqual(['INTERNAL', expect.stringContaining('days[0].day')]);
});

test('thirty incidents of five rows stay a small file, drawn at once', () => {
  const days = ['2026-03-27', '2026-03-26', '2026-03-25'];
  const incidents = Array.from({ length: 30 }, (_, i) => anIncident(i, (i % 10) + 1, days[Math.floor(i / 10)] as string, 5));
  const start = performance.now();
  const markup = renderReport(aReport({ incidents }));
  expect(performance.now() - start).toBeLessThan(15_000);
  expect(Buffer.byteLength(markup)).toBeLessThan(2e6);
});

test('the same data gives the same bytes', () => {
  expect(renderReport(aReport())).toBe(renderReport(aReport()));
});
