import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import type { ReportData } from '@byoml/core/reporting';
import { renderReport } from '@byoml/report';
import { anIncident, aQuietReport, aReport } from '@byoml/report/fixture';
import { findBrowser, openFile, type OpenedPage } from './browser.ts';
import { inCi } from './tier.ts';

const found = await findBrowser();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Screenshots stay where `BYOML_SCREENSHOTS` says, for a person to look at. */
const kept = process.env['BYOML_SCREENSHOTS'];

/** The whole page for a person, else what is seen first. A browser without a graphics card, on a busy machine, now and then gives no picture at the first asking. */
async function photograph(page: OpenedPage['page'], path: string): Promise<void> {
  const take = (): Promise<unknown> => page.screenshot({ path, fullPage: kept !== undefined });
  await take().catch(take).catch(take);
}

const hostile = String.raw`</script><script>globalThis.broken=1</script><img src=x onerror="globalThis.broken=1">`;
const hostileIncident = { ...anIncident(0, 1, '2026-03-27', 2), entity: `${hostile}\u202Egnp.exe`, sentence: hostile.repeat(3) };

const reports: Readonly<Record<string, ReportData>> = {
  full: aReport(),
  quiet: aQuietReport(),
  hostile: aReport({ detection: hostile, incidents: [hostileIncident], warnings: [hostile], picture: { ...aReport().picture, flow: [{ source: hostile, target: 'س'.repeat(4_000), value: 3, odd: true }] } }),
};

describe.skipIf('missing' in found)(`the report in a browser${'missing' in found ? ` (skipped: ${found.missing})` : ''}`, () => {
  let browser: Browser | undefined;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'byoml-report-'));
    if ('launch' in found) browser = await found.launch();
    for (const [name, data] of Object.entries(reports)) writeFileSync(join(folder, `${name}.html`), renderReport(data));
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens, looks, and afterwards asserts what holds of every look: nothing was asked for, nothing complained. */
  async function looking<T>(name: string, options: BrowserContextOptions, look: (opened: OpenedPage['page']) => Promise<T>): Promise<T> {
    const { page, requested, errors } = await openFile(browser as Browser, join(folder, `${name}.html`), options);
    const seen = await look(page);
    expect({ requested, errors }).toEqual({ requested: [], errors: [] });
    await page.context().close();
    return seen;
  }

  type Look = readonly [name: 'full' | 'quiet' | 'hostile', colorScheme: 'light' | 'dark', width: number];
  /** Each report, each scheme and each width once at least; CI takes all. */
  const always: readonly Look[] = [['full', 'light', 1280], ['quiet', 'dark', 420], ['hostile', 'light', 420]];
  const others: readonly Look[] = [['full', 'light', 420], ['full', 'dark', 1280], ['full', 'dark', 420], ['quiet', 'light', 1280], ['hostile', 'dark', 1280]];
  for (const [name, colorScheme, width] of [...always, ...others]) {
    const isOther = others.some((look) => look.join() === [name, colorScheme, width].join());
    test.skipIf(isOther && !inCi)(`${name}, ${colorScheme}, ${width} wide: no violation of accessibility rules, nothing cut off at the side${isOther ? ' (CI tier)' : ''}`, async () => {
      const picture = join(kept ?? folder, `${name}-${colorScheme}-${width}.png`);
      const { violations, overflow } = await looking(name, { colorScheme, viewport: { width, height: 900 } }, async (page) => {
        await page.evaluate('document.querySelectorAll("details").forEach((details, i) => { if (i < 4) details.open = true; })');
        await page.evaluate(axe);
        await photograph(page, picture);
        return { violations: await page.evaluate('axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ target, failureSummary }) => [id, target.join(" "), failureSummary])))'), overflow: await page.evaluate('document.documentElement.scrollWidth - innerWidth') };
      });
      expect({ violations, overflow }).toEqual({ violations: [], overflow: 0 });
      expect(readFileSync(picture).length).toBeGreaterThan(20_000);
    });
  }

  test('names of a log do not run', async () => {
    expect(await looking('hostile', {}, (page) => page.evaluate('[globalThis.broken ?? "whole", document.scripts.length, document.images.length]'))).toEqual(['whole', 1, 0]);
  });

  test('what a name would run is refused by the policy even if it got in', async () => {
    const { page, errors } = await openFile(browser as Browser, join(folder, 'full.html'));
    await page.evaluate('document.body.append(Object.assign(document.createElement("script"), { textContent: "globalThis.broken = 1" })); document.body.insertAdjacentHTML("beforeend", "<p style=\\"color:red\\" onclick=\\"globalThis.broken = 1\\" id=in>x</p>"); document.getElementById("in").click()');
    expect(await page.evaluate('globalThis.broken ?? "whole"')).toBe('whole');
    expect(errors.join(' ')).toMatch(/Content Security Policy/);
    await page.context().close();
  });

  test('a colleague walks the queue by keyboard alone', async () => {
    await looking('full', {}, async (page) => {
      const here = (): Promise<unknown> => page.evaluate('document.activeElement.querySelector(".entity")?.textContent');
      const open = (): Promise<unknown> => page.evaluate('document.activeElement.closest("details").open');
      const entities = aReport().incidents.map(({ entity }) => entity);
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the queue');
      expect(await page.locator('.skip').boundingBox()).toMatchObject({ x: expect.closeTo(8, 0) });
      await page.keyboard.press('j');
      expect([await here(), await open()]).toEqual([entities[0], true]);
      await page.keyboard.press('j');
      await page.keyboard.press('ArrowDown');
      expect([await here(), await open()]).toEqual([entities[2], false]);
      await page.keyboard.press('Enter');
      expect(await open()).toBe(true);
      expect(await page.locator('details.incident').nth(2).locator('h4').first().isVisible()).toBe(true);
      await page.keyboard.press('Escape');
      expect([await here(), await open()]).toEqual([entities[2], false]);
      await page.keyboard.press('k');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowUp');
      expect(await here()).toBe(entities[0]);
      for (let i = 0; i < 20; i++) await page.keyboard.press('j');
      expect(await here()).toBe(entities.at(-1));
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    });
  });

  test('an incident can be closed from within', async () => {
    await looking('full', {}, async (page) => {
      await page.locator('details.incident .scroll').first().focus();
      await page.keyboard.press('Escape');
      expect(await page.locator('details.incident').first().getAttribute('open')).toBeNull();
    });
  });

  test('the colours follow the system until one is chosen, with and without a script', async () => {
    for (const javaScriptEnabled of [true, false]) {
      await looking('full', { colorScheme: 'dark', javaScriptEnabled }, async (page) => {
        const paper = (): Promise<string> => page.locator('body').evaluate((body) => (globalThis as unknown as { getComputedStyle(of: unknown): { backgroundColor: string } }).getComputedStyle(body).backgroundColor);
        const dark = await paper();
        await page.getByText('Light', { exact: true }).click();
        const light = await paper();
        expect(light).not.toBe(dark);
        await page.keyboard.press('ArrowRight');
        expect(await paper()).toBe(dark);
      });
    }
  });

  test('the printed parts of every row add up to the total printed below them', async () => {
    const tables = await looking('full', {}, (page) => page.locator('table.parts').evaluateAll((all) => (all as unknown as Array<{ querySelectorAll(selector: string): Iterable<{ textContent: string }> }>).map((table) => ['tbody .number', '.sum'].map((selector) => [...table.querySelectorAll(selector)].map(({ textContent }) => textContent)))));
    expect(tables).toHaveLength(aReport().incidents.flatMap(({ alerts }) => alerts).length);
    const units = (text: string): number => Number(text.replace('−', '-').replace('.', ''));
    for (const [parts, total] of tables as [string[], string[]][]) {
      expect(parts.reduce((sum, part) => sum + units(part), 0)).toBe(units(total[0] as string));
      expect(new Set([...parts, ...total].map((text) => text.split('.')[1]?.length)).size).toBe(1);
    }
  });

  test('the odd cell is marked by a sign, a word and a frame, not by its colour alone', async () => {
    await looking('full', {}, async (page) => {
      const incident = page.locator('details.incident').first();
      const cells = incident.locator('.matrix td.odd');
      expect(await cells.count()).toBe(aReport().incidents[0]?.picture.matrix.odd.length);
      expect(await cells.first().innerText()).toMatch(/^◆ \d+\s+alerted$/);
      expect(await cells.first().evaluate((cell) => (globalThis as unknown as { getComputedStyle(of: unknown): { outlineStyle: string } }).getComputedStyle(cell).outlineStyle)).toBe('solid');
      expect(await incident.locator('.matrix tbody tr').first().locator('th, td').nth(1).getAttribute('class')).toBe('odd');
    });
  });

  test('without a script all of it can be read', async () => {
    await looking('full', { javaScriptEnabled: false }, async (page) => {
      await page.locator('summary.incident-line').nth(3).click();
      expect(await page.locator('details.incident').nth(3).locator('.row').first().isVisible()).toBe(true);
      expect(await page.locator('.keys').isVisible()).toBe(false);
      await page.locator('#budget summary').click();
      expect(await page.locator('#budget .numbers td').first().isVisible()).toBe(true);
    });
  });

  test('on paper every incident is open and the label of generated data is there', async () => {
    await looking('full', {}, async (page) => {
      await page.emulateMedia({ media: 'print' });
      const last = page.locator('details.incident').last();
      expect(await last.locator('.row').first().isVisible()).toBe(true);
      expect(await page.locator('.generated').isVisible()).toBe(true);
      expect((await page.pdf({ path: join(kept ?? folder, 'full.pdf'), preferCSSPageSize: true })).length).toBeGreaterThan(50_000);
    });
  });

  test('what the queue says to those who listen', async () => {
    const heard = await looking('full', {}, (page) => page.locator('#queue .incident-line').first().ariaSnapshot());
    const { entity, sentence } = aReport().incidents[0] as ReportData['incidents'][number];
    for (const said of ['Rank 1', entity, sentence, 'high', '1 in 1,700']) expect(heard.replaceAll('\\', '')).toContain(said.replaceAll('\\', ''));
    expect(heard).not.toContain('▸');
  });
});
