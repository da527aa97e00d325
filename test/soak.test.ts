import { isByomlError } from '@byoml/core';
import { randomFrom } from '@byoml/core/random';
import { State } from '@byoml/core/state';
import { backfill } from '@byoml/core/workspace';
import { expect, test } from 'vitest';
import { arrivalsOf, badWeather, before, goodWeather, lines, reopenedDays, Station, weatherOf, type Delivered, type Hour, type Spell, type Weather } from './soak.ts';
import { dayNumber, moment } from './small-workspace.ts';
import { inCi } from './tier.ts';

/** Simulated days of hourly runs: two in `npm test`, seven in CI, thirty in `npm run proof`. */
const days = Number(process.env['BYOML_SOAK_DAYS'] ?? (inCi ? 7 : 2));
/** The weather of a run is the same every time; `npm run proof` has further ones. */
const seed = Number(process.env['BYOML_PROPERTY_SEED'] ?? 2026);

const within = (spells: readonly Spell[], hour: Hour): boolean => spells.some(({ from, to }) => hour >= from && hour < to);

/** How the run of an hour ends. */
function expected({ stalls, sourceDown, sinkDown, poison, renamed }: Weather, hour: Hour): { readonly ends: string; readonly status: string | null } {
  if (within(sourceDown, hour)) return { ends: 'SERVICE_UNAVAILABLE', status: null };
  if (within([renamed], hour)) return { ends: 'COLUMNS_MISSING', status: null };
  const day = Math.floor((hour - 1) / 24);
  const isPoisoned = poison.some(({ hour: of, from, to }) => Math.floor(of / 24) === day && hour >= from && hour < to);
  const stall = stalls.find((one) => within([one], hour));
  const status = stall && hour > stall.from ? 'silent' : isPoisoned ? 'degraded' : 'done';
  return { ends: within(sinkDown, hour) ? 'SERVICE_UNAVAILABLE' : 'done', status };
}

/** By record the row of the highest revision, without what says when and how often it was seen. */
function latest(delivered: readonly Delivered[]): Delivered[] {
  const found = new Map<unknown, Delivered>();
  for (const row of delivered) if (((found.get(row['recordId'])?.['revision'] as number | undefined) ?? 0) <= (row['revision'] as number)) found.set(row['recordId'], row);
  return [...found.values()].filter(({ withdrawn }) => withdrawn === false).map(({ revision: _r, run: _n, ...row }): Delivered => row).sort((a, b) => (String(a['recordId']) < String(b['recordId']) ? -1 : 1));
}

const timeless = <T extends { readonly firstRun: number; readonly lastRun: number }>({ firstRun: _f, lastRun: _l, ...rest }: T) => rest;

/** What a station has found and goes on from, without when each run was. */
function left(station: Station) {
  using state = State.open(station.folder, { readOnly: true });
  const { name: detection } = station;
  const held = state.detection(detection, 'production');
  const to = dayNumber(before + days);
  return {
    alerts: state.alerts({ detection, role: 'production', withdrawn: false, to }).map((alert) => ({ ...timeless(alert), revision: 0 })).sort((a, b) => (a.recordId < b.recordId ? -1 : 1)),
    incidents: state.incidents({ detection, role: 'production', status: 'open', queued: true, to }).map(timeless),
    held, window: state.calibration(held?.generation ?? 0, { before: to, last: 100 }),
    guards: state.guards(detection, to),
    models: state.models(detection).map(({ at: _at, ...model }) => model),
    days: daysOf(state, detection),
  };
}

/** What each day was scored on in the end. */
const daysOf = (state: State, detection: string): unknown[] => Array.from({ length: days }, (_, day) => {
  const run = state.latestScore(detection, 'production', dayNumber(before + day));
  return run && [run.day, run.data, run.funnel.read, run.funnel.kept];
});

const hours: Spell = { from: before * 24 + 1, to: (before + days) * 24 };

const weather = weatherOf(days);
const arrivals = arrivalsOf(seed, days, weather);
const from = before * 24;

/** Goes through it, in processes that end now and then; answers how each run ended and how it should have. */
async function throughBadWeather(bad: Station): Promise<{ readonly ended: readonly unknown[]; readonly wanted: readonly unknown[] }> {
  const random = randomFrom(seed + 1);
  const [ended, wanted]: [unknown[], unknown[]] = [[], []];
  for (const hour of badWeather(bad, arrivals, weather, { from, to: hours.to })) {
    if (hour < hours.from) continue;
    bad.sourceIsDown = within(weather.sourceDown, hour);
    bad.sinkIsDown = within(weather.sinkDown, hour);
    if (hour === weather.renamed.to) {
      await bad.close();
      bad.edit('both');
    }
    const { ends, status } = expected(weather, hour);
    const untouched = status === null ? digestOf(bad) : null;
    const code = await bad.run(hour).then(() => 'done', (thrown: unknown) => (isByomlError(thrown) ? thrown.code : String(thrown)));
    const { last, waits } = await after(bad);
    ended.push([hour, code, untouched === null ? [last?.day, last?.status] : digestOf(bad) === untouched]);
    // A sink that is down is only noticed when something waits for it.
    wanted.push([hour, status !== null && !waits ? 'done' : ends, status === null ? true : [dayNumber(Math.floor((hour - 1) / 24)), status]]);
    if (random.next() < 0.25) await bad.close();
  }
  await bad.close();
  return { ended, wanted };
}

function digestOf({ folder }: Station): string {
  using state = State.open(folder, { readOnly: true });
  return state.digest();
}

async function throughGoodWeather(good: Station): Promise<void> {
  for (const hour of goodWeather(good, arrivals, weather, { from, to: hours.to })) if (hour >= hours.from) await good.run(hour);
  await good.close();
}

/** All of the data at once. */
async function atOnce(clean: Station): Promise<void> {
  for (const arrival of arrivals) clean.write(arrival, lines(arrival.records));
  const opened = await clean.opened;
  await backfill({ ...opened, clock: { now: () => moment(before + days, 1) }, run: opened.session.run }, { from: dayNumber(before), to: dayNumber(before + days) });
  await clean.close();
}

/** Record and revision → what was said of it. */
const said = (delivered: readonly Delivered[]): Set<string> => new Set(delivered.map((row) => JSON.stringify(row)));
const keys = (delivered: readonly Delivered[]): Set<string> => new Set(delivered.map(({ recordId, revision }) => `${String(recordId)} ${String(revision)}`));

test(`${days} days of hourly runs through bad weather leave what they leave in good weather${inCi ? ' (CI tier)' : ''}; seed ${seed}`, { timeout: 120_000 + days * 120_000 }, async () => {
  using bad = new Station('old');
  const { ended, wanted } = await throughBadWeather(bad);
  expect(ended).toEqual(wanted);

  // The same arrivals, with nothing going wrong and fewer runs: all that is found, and all that later days go on from, is the same.
  using good = new Station('both');
  await throughGoodWeather(good);
  const [found, reference] = [left(bad), left(good)];
  expect(found).toEqual(reference);
  expect(found.alerts.filter(({ resource }) => resource.startsWith('FS99')).length).toBeGreaterThan(0);
  expect(latest(bad.delivered)).toEqual(latest(good.delivered));
  expect(latest(bad.delivered).map(({ recordId }) => recordId)).toEqual(found.alerts.map(({ recordId }) => recordId));
  // What came twice, since the sink failed after it had taken it, says the same twice.
  expect(said(bad.delivered).size).toBe(keys(bad.delivered).size);

  // With all of the data at once each day is scored on the same rows. Alerts are the same up to the first day that something came late to; later days
  // were scored by models that had not seen it, as it was when they were over.
  using clean = new Station('both');
  await atOnce(clean);
  const all = left(clean);
  expect(found.days).toEqual(all.days);
  const [firstLate = before + days] = reopenedDays(arrivals, weather);
  const upTo = ({ alerts, incidents }: typeof all): unknown => [alerts, incidents].map((each) => each.filter(({ day }) => day <= dayNumber(firstLate)));
  expect(upTo(found)).toEqual(upTo(all));
});

/** The last run, and whether results wait for the sink. */
async function after(station: Station) {
  const { state } = await station.opened;
  const [last] = state.runs({ detection: station.name, kind: 'score', limit: 1 });
  return { last, waits: state.outbox(station.name, 1).length > 0 };
}
