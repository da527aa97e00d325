import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isWorkday, parseDetection } from '@byoml/core/detection-file';
import { writeEnterprise } from '@byoml/core/samples';
import { State, type IncidentRecord, type RunRecord } from '@byoml/core/state';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportFolder } from './generated-export.ts';
import { backfillDays, dayNumber, moment, writeDetection } from './small-workspace.ts';
import { inCi } from './tier.ts';

/** CI takes one company; `npm run proof` eight. */
const seeds = (process.env['BYOML_BUDGET_SEEDS'] ?? '2').split(',').map(Number);
const mail = join(import.meta.dirname, '../../shared/data/email-eu-core/email-Eu-core-temporal-first150days.txt');
const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');
const dayMs = 86_400_000;
const budget = 10;
const name = 'shares';

const kept = mkdtempSync(join(tmpdir(), 'byoml-budget-'));
afterAll(() => rmSync(kept, { recursive: true, force: true }));

interface Detected { readonly runs: readonly RunRecord[]; readonly incidents: readonly IncidentRecord[] }

/** The days are run, as if each had been when it was over. */
async function detected(folder: string, from: number, to: number): Promise<Detected> {
  await backfillDays({ folder, name }, from, to);
  using state = State.open(folder, { readOnly: true });
  return { runs: state.runs({ detection: name, kind: 'score' }).toReversed(), incidents: state.incidents({ detection: name }) };
}

const iso = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);
const queuedOn = ({ incidents }: Detected, day: number): IncidentRecord[] => incidents.filter((incident) => incident.day === day && incident.rank !== null);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const within = (value: number): boolean => value >= 0.8 * budget && value <= 1.2 * budget;
const share = <T>(of: readonly T[], holds: (one: T) => boolean): number => of.filter(holds).length / of.length;

interface Bands { readonly workingDays: number; readonly queue: number; readonly rule: number }

/** Promise 2's two numbers, over the working days of the detection's calendar. */
function bandsOf(folder: string, found: Detected): Bands {
  const { detection } = parseDetection(readFileSync(join(folder, 'detections', `${name}.yaml`), 'utf8'), `${name}.yaml`);
  const working = found.runs.filter(({ day }) => isWorkday(detection.calendar, day as number));
  const windows = working.slice(19).map((_, at) => mean(working.slice(at, at + 20).map(({ aboveThreshold }) => aboveThreshold)));
  return {
    workingDays: working.length,
    queue: share(working.filter(({ funnel }) => funnel.scored >= 1.5 * budget), ({ day }) => within(queuedOn(found, day as number).length)),
    rule: share(windows, within),
  };
}

function held(what: string, bands: Bands): void {
  if (process.env['BYOML_PROOF']) appendFileSync(process.env['BYOML_PROOF'], `${JSON.stringify({ budget: what, ...bands })}\n`);
  expect(bands.queue, 'working days on which the queue holds .8 B to 1.2 B').toBeGreaterThanOrEqual(0.9);
  expect(bands.rule, 'windows of 20 working days in which the rule keeps to ±20 %').toBeGreaterThanOrEqual(0.85);
}

describe.skipIf(!inCi).each(seeds)('a generated company of 400 accounts, seed %i, at 10 a day (CI tier)', (seed) => {
  const folder = join(kept, `company-${seed}`);
  const [from, to, previewed] = [50, 130, 30];
  let found: Detected;
  let truth: ReadonlyArray<{ readonly campaign: string; readonly user: string; readonly day: string; readonly sourceHost: string }>;

  const preview = (...more: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [byoml, 'preview', name, '--workspace', folder, '--days', String(previewed), '--to', iso(dayNumber(from + previewed)), ...more], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stdout + stderr);
    return stdout;
  };

  beforeAll(async () => {
    const made = await writeEnterprise({ out: join(folder, 'company'), seed, users: 400, days: to }, { signal: new AbortController().signal, progress: () => {} });
    truth = readFileSync(made.truth, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as (typeof truth)[number]);
    writeDetection({ folder, name }, {
      source: '{ use: files/data-export, settings: { path: ./company/export, table: SecurityEvent } }', train: '{ window: 45d, every: 7d }', budget: `${budget}/day`, sinks: '[]',
      enrich: '[ { source: { use: files/table, settings: { path: ./company/people.csv } }, key: user, columns: [manager, team, department, title] } ]',
      calendar: `{ holidays: [${made.holidays.map((day) => `'${day}'`).join(', ')}] }`,
    });
    found = await detected(folder, from, to);
  }, 600_000);

  test('the queue and the rule keep to the budget', () => {
    const bands = bandsOf(folder, found);
    expect(bands.workingDays).toBeGreaterThan(50);
    held(`company ${seed}`, bands);
  });

  test('and find nine of ten campaigns on the same run', () => {
    const named = new Set(found.incidents.filter(({ rank }) => rank !== null).map(({ day, entity }) => `${iso(day)} ${entity}`));
    const campaigns = new Set(truth.map(({ campaign }) => campaign));
    const met = new Set(truth.filter(({ day, user, sourceHost }) => named.has(`${day} ${user}`) || named.has(`${day} ${sourceHost}`)).map(({ campaign }) => campaign));
    expect(campaigns.size).toBe(10);
    expect(met.size).toBeGreaterThanOrEqual(9);
  });

  test('the preview, made from earlier days only, says what the runs then gave', () => {
    const { days } = JSON.parse(preview('--budget', `${budget}/day`, '--json')) as { days: ReadonlyArray<{ day: string; candidates: number; queued: number; more: number; rule: number }> };
    expect(days.map(({ day, candidates, queued, more, rule }) => [day, candidates, queued, more, rule])).toEqual(
      found.runs.slice(0, previewed).map((run) => [iso(run.day as number), run.funnel.scored, queuedOn(found, run.day as number).length, run.more, run.aboveThreshold]));
  });

  test('its text has a bar per day, and the band that a smaller budget can keep', () => {
    const text = preview('--budget', '3/day');
    for (let day = from; day < from + previewed; day++) expect(text).toMatch(new RegExp(String.raw`${iso(dayNumber(day))}.*[█▏▎▍▌▋▊▉ ]`, 'u'));
    expect(text).toMatch(/within ±20 %/u);
  });
});

interface Message { readonly sender: string; readonly receiver: string; readonly at: number }
const messages = (): Message[] => readFileSync(mail, 'utf8').trim().split('\n').map((line) => line.split(/\s+/u)).map(([sender, receiver, seconds]) => ({ sender: sender as string, receiver: receiver as string, at: moment(0).getTime() + Number(seconds) * 1000 })).filter(({ sender, receiver }) => sender !== receiver);

// 817 people of a research institution, who wrote to whom and when: real, and not free to be shipped. A receiver's mailbox stands for a share.
test.skipIf(!inCi || !existsSync(mail))('real e-mail of days 60 to 150, as an export folder, run daily at 10 a day (CI tier, needs ../shared)', { timeout: 600_000 }, async () => {
  const folder = join(kept, 'mail');
  mkdirSync(folder);
  const records = messages().map(({ sender, receiver, at }) => ({ EventID: 5140, SubjectUserName: `u${sender}`, SubjectDomainName: 'EU', Computer: 'MAIL', ShareName: `\\\\*\\b${receiver}`, IpAddress: `10.0.${Number(sender) >> 8}.${Number(sender) & 255}`, at: new Date(at).toISOString() }));
  exportFolder(join(folder, 'export'), records, { layout: 'PT1H', timeOf: ({ at }) => at as string });
  // Nine days on which hardly anybody wrote, the turn of the year perhaps.
  const closed = [66, 67, 70, 71, 72, 73, 74].map((day) => `'${iso(dayNumber(day))}'`);
  writeDetection({ folder, name }, { train: '{ window: 30d, every: 7d }', score: '{ every: 1d, lag: 0m }', budget: `${budget}/day`, calendar: `{ holidays: [${closed.join(', ')}] }`, enrich: '', sinks: '[]', scanners: '' });
  const bands = bandsOf(folder, await detected(folder, 60, 150));
  expect(bands.workingDays).toBeGreaterThan(50);
  held('e-mail', bands);
});
