import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ByomlError } from '@byoml/core';
import type { Offer } from './marketplace.ts';
import { lockedOf, manifestOf, now, plugin, updateOf } from './offer.test.fixture.ts';
import { upgrade, type Upgrading } from './upgrade.ts';

let workspace: string;
beforeEach(async () => {
  workspace = await realpath(await mkdtemp(join(tmpdir(), 'byoml-upgrade-')));
  await mkdir(join(workspace, 'detections'));
  await writeFile(join(workspace, 'plugins.lock'), JSON.stringify({ lock: 1, plugins: { [plugin]: lockedOf('1.0.0') }, dependencies: '' }));
  const present = join(workspace, '.byoml', 'plugins', 'node_modules', plugin);
  await mkdir(present, { recursive: true });
  await writeFile(join(present, 'package.json'), JSON.stringify({ name: plugin, version: '1.0.0', keywords: ['byoml-plugin'], exports: './index.js', dependencies: { semver: '^7.0.0' } }));
  await writeFile(join(present, 'byoml.plugin.json'), JSON.stringify(manifestOf('1.0.0')));
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const file = (name: string): string => join(workspace, 'detections', `${name}.yaml`);
const detection = async (name: string, algorithm = `"${plugin}/rare-hour"`): Promise<void> =>
  writeFile(file(name), `version: 1\nname: ${name}\nsource: { use: files/table, settings: { path: ./a.csv } }\nalgorithm: ${algorithm}   # ours\ntrain: { window: 30d, every: 7d }\nscore: { every: 1d }\nbudget: 5/day\ncalendar: { timeZone: Europe/Berlin }\n`);

type Settings = Parameters<Parameters<typeof upgrade>[0]['installOffer']>[1];

/** Upgrades to what the registry offers; what was installed and what was shown. */
async function run(offer: Offer, over: Partial<Upgrading> = {}, fails?: ByomlError) {
  const installed: Settings[] = [];
  const shown: string[] = [];
  const client = {
    findOffer: () => Promise.resolve(offer),
    installOffer: (_: Offer, settings: Settings) => {
      installed.push(settings);
      return fails ? Promise.reject(fails) : Promise.resolve(lockedOf(offer.version, { level: settings.level }));
    },
  };
  const document = await upgrade(client, {
    wanted: undefined, request: { workspace, registry: undefined, now }, planOnly: false, stay: [], level: 'L3', consenting: { yes: true, grants: [], acceptKey: undefined, ask: undefined },
    alerts: async () => ({ because: 'no sandbox' }), show: (text) => shown.push(stripVTControlCharacters(text)), step: () => {}, ...over,
  }, new AbortController().signal).catch((thrown: ByomlError) => thrown);
  return { document, installed, shown: shown.join('\n') };
}

const settings = { type: 'object', properties: { halfLife: { type: 'string', default: '7d' }, floor: { type: 'number' } }, required: ['floor'] };
const larger = (): Offer => updateOf('2.0.0', { added: ['hosts: intel.example.com'], capabilities: { hosts: ['intel.example.com'] }, dependencies: { semver: '^8.0.0' }, manifest: manifestOf('2.0.0', {}, settings) });

test('a plan says what is asked for, which settings and dependencies change and what happens to each detection, and changes nothing', async () => {
  await detection('nights');
  await detection('old-nights', `"${plugin}/rare-hour@^1.0.0"`);
  await detection('other', 'anomalous-resource-access/access-walk');
  const { document, installed, shown } = await run(larger(), { planOnly: true });
  expect(document).toEqual({ upgraded: [], plans: [{
    plugin, from: '1.0.0', to: '2.0.0',
    capabilities: { added: ['hosts: intel.example.com'], removed: [] }, components: { added: [], removed: [] },
    settings: [{ component: 'rare-hour', setting: 'floor', change: 'added' }, { component: 'rare-hour', setting: 'floor', change: 'now required' }, { component: 'rare-hour', setting: 'halfLife', change: 'default', before: '30d', after: '7d' }],
    dependencies: { added: ['semver ^8.0.0'], removed: ['semver ^7.0.0'] },
    detections: [
      { detection: 'nights', addresses: [`${plugin}/rare-hour`], happens: 'moves', alerts: { because: 'no sandbox' } },
      { detection: 'old-nights', addresses: [`${plugin}/rare-hour@^1.0.0`], happens: 'stays', alerts: null },
    ],
  }] });
  expect(installed).toEqual([]);
  for (const line of ['@acme/rare-hour 1.0.0 → 2.0.0', '+ hosts: intel.example.com', 'rare-hour floor is required now', 'halfLife has another default: "30d" → "7d"', '− semver ^7.0.0', 'nights moves to 2.0.0', 'old-nights stays on 1.0.0', 'alerts not compared: no sandbox']) expect(shown).toContain(line);
});

test('a plan counts the alerts that appear, vanish and stay, and names the oddest', async () => {
  await detection('nights');
  const alert = (user: string) => ({ day: '2026-11-20', user, resource: 'vault', oneIn: 73.4 });
  const alerts = { days: 14, before: 9, after: 3, gained: { count: 1, top: [alert('ann')] }, lost: { count: 7, top: [alert('bob')] }, same: { count: 2, top: [alert('eve'), alert('joe')] } };
  const { shown } = await run(updateOf('2.0.0'), { planOnly: true, alerts: async () => alerts });
  const lines = ['alerts on the last 14 days: 9 → 3; 1 appear, 7 vanish, 2 stay', '− 2026-11-20 bob → vault  1 in 73', '− 6 more', '+ 2026-11-20 ann → vault', '= 2026-11-20 joe → vault'];
  for (const line of lines) expect(shown).toContain(line);
});

test('an update that asks for more stops before anything is changed', async () => {
  await detection('nights');
  const before = await readFile(file('nights'), 'utf8');
  const { document, installed } = await run(larger(), { stay: ['nights'] });
  expect(document).toMatchObject({ code: 'CONSENT_MISSING', exit: 5 });
  expect([installed, await readFile(file('nights'), 'utf8')]).toEqual([[], before]);
});

test('a detection that stays is pinned in its file and keeps the present version', async () => {
  await detection('nights');
  await detection('days');
  const { document, installed } = await run(updateOf('2.0.0'), { stay: ['nights'] });
  expect(document).toMatchObject({ upgraded: [{ name: plugin, version: '2.0.0', level: 'L3', digest: expect.stringMatching(/^sha512-/) }] });
  expect(installed).toEqual([expect.objectContaining({ keep: true, level: 'L3', grants: [] })]);
  expect(await readFile(file('nights'), 'utf8')).toContain(`algorithm: "${plugin}/rare-hour@1.0.0"   # ours`);
  expect(await readFile(file('days'), 'utf8')).toContain(`algorithm: "${plugin}/rare-hour"   # ours`);
});

test('an installation that fails leaves the files as they were', async () => {
  await detection('nights');
  const before = await readFile(file('nights'), 'utf8');
  const { document } = await run(updateOf('2.0.0'), { stay: ['nights'] }, new ByomlError('NPM_FAILED', 'no npm'));
  expect(document).toMatchObject({ code: 'NPM_FAILED' });
  expect(await readFile(file('nights'), 'utf8')).toBe(before);
});

test('a file that asks for the present version keeps it without being told', async () => {
  await detection('nights', `"${plugin}/rare-hour@1.0.0"`);
  expect((await run(updateOf('2.0.0'))).installed).toEqual([expect.objectContaining({ keep: true })]);
  await detection('nights', `"${plugin}/rare-hour@>=1"`);
  expect((await run(updateOf('2.0.0'))).installed).toEqual([expect.objectContaining({ keep: false })]);
});

test('what is not newer is left alone, unless it is asked for by its version', async () => {
  expect((await run(updateOf('1.0.0'))).document).toEqual({ plans: [], upgraded: [] });
  expect((await run(updateOf('0.9.0'))).document).toEqual({ plans: [], upgraded: [] });
  expect((await run(updateOf('0.9.0'), { wanted: { name: plugin, wanted: '0.9.0' } })).document).toMatchObject({ upgraded: [{ version: '0.9.0' }] });
});

test('what is not installed, and a detection that does not use it, are refused', async () => {
  await detection('other', 'anomalous-resource-access/access-walk');
  expect((await run(updateOf('2.0.0'), { wanted: { name: '@acme/none' } })).document).toMatchObject({ code: 'PLUGIN_NOT_FOUND' });
  expect((await run(updateOf('2.0.0'), { stay: ['other'] })).document).toMatchObject({ code: 'DETECTION_UNKNOWN' });
});

test('a workspace without detections is upgraded as well', async () => {
  await rm(join(workspace, 'detections'), { recursive: true });
  expect((await run(updateOf('2.0.0'))).document).toMatchObject({ plans: [{ detections: [] }], upgraded: [{ version: '2.0.0' }] });
});
