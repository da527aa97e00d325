import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { statuses, ByomlError } from '@byoml/core';
import { isWorkday, parseDetection } from '@byoml/core/detection-file';
import { generateEnterprise, writeEnterprise, type Enterprise } from '@byoml/core/samples';
import { State, type AlertRecord, type IncidentRecord, type RunRecord } from '@byoml/core/state';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blobs, dayNumber, moment, recordOf, runAt, writeDetection } from './small-workspace.ts';
import { inCi } from './tier.ts';

/** CI takes one company; `npm run proof` five. */
const seeds = (process.env['BYOML_COLD_SEEDS'] ?? '3').split(',').map(Number);
const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');
const [budget, days] = [10, 62];
const name = 'shares';
/** A Tuesday of the third week: the newcomer's first day, and the day of the attack. */
const [firstDay, attackDay] = [15, 16];
const newcomer = { user: 'new.person', host: '10.9.9.9' };

const kept = mkdtempSync(join(tmpdir(), 'byoml-cold-'));
afterAll(() => rmSync(kept, { recursive: true, force: true }));

/** Shares that are, by seven tenths of their users, those of a group. */
function sharesOf({ accesses, users, resources, people }: Enterprise, of: 'team' | 'department', group: string): string[] {
  const groupOf = new Map(people.map((person) => [person.user, person[of]]));
  const usersOf = Map.groupBy(accesses.day.keys(), (row) => resources[accesses.resource[row] as number] as string);
  return [...usersOf].filter(([, rows]) => {
    const found = [...new Set(rows.map((row) => users[accesses.user[row] as number] as string))];
    return found.length >= 3 && found.filter((user) => groupOf.get(user) === group).length >= 0.7 * found.length;
  }).map(([resource]) => resource).sort();
}

/** Somebody is hired, opens what the team uses, and a day later six shares of another department. */
function plantNewcomer(company: Enterprise, folder: string): readonly string[] {
  const colleague = company.people[5] as Enterprise['people'][number];
  const other = company.people.find(({ department }) => department !== colleague.department) as Enterprise['people'][number];
  const attacked = sharesOf(company, 'department', other.department).slice(0, 6);
  const open = (resource: string, day: number): void => {
    const [, server, share] = /^\\\\([^\\]+)\\(.+)$/u.exec(resource) as unknown as [string, string, string];
    const path = join(folder, 'export', blobs, `y=2026/m=01/d=${String(day + 5).padStart(2, '0')}/h=10/m=00/PT1H.json`);
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, `${JSON.stringify(recordOf({ ...newcomer, server, share, at: moment(day, 10, 30) }))}\n`);
  };
  for (const resource of sharesOf(company, 'team', colleague.team).slice(0, 3)) open(resource, firstDay);
  for (const resource of attacked) open(resource, attackDay);
  appendFileSync(join(folder, 'people.csv'), `${['CORP\\new.person', colleague.manager, colleague.team, colleague.department, colleague.title].join(',')}\n`);
  return attacked;
}

describe.skipIf(!inCi).each(seeds)('a workspace whose export begins on the day that byoml is installed, company %i (CI tier)', (seed) => {
  const folder = join(kept, `company-${seed}`);
  const refused: string[] = [];
  let attacked: readonly string[];
  let runs: readonly RunRecord[];
  let incidents: readonly IncidentRecord[];
  let alerts: readonly AlertRecord[];

  beforeAll(async () => {
    const shape = { seed, users: 400, days, campaigns: { sweeps: 0, fanOuts: 0, insiders: 0 } };
    const made = await writeEnterprise({ ...shape, out: folder }, { signal: new AbortController().signal, progress: () => {} });
    attacked = plantNewcomer(generateEnterprise(shape), folder);
    writeDetection({ folder, name }, {
      train: '{ window: 45d, every: 7d }', score: '{ every: 1d, lag: 0m }', budget: `${budget}/day`, rules: '', sinks: "[ { use: files/table, settings: { path: ./results.jsonl, mode: append } } ]",
      calendar: `{ holidays: [${made.holidays.map((day) => `'${day}'`).join(', ')}] }`,
    });
    for (let day = 1; day <= days; day++) {
      await runAt({ folder, name }, moment(day)).catch((error: unknown) => {
        if (!(error instanceof ByomlError)) throw error;
        refused.push(error.code);
      });
    }
    using state = State.open(folder, { readOnly: true });
    runs = state.runs({ detection: name, kind: 'score' }).toReversed();
    incidents = state.incidents({ detection: name });
    alerts = state.alerts({ detection: name });
  }, 600_000);

  test('is told for some days that there is too little to learn, and is scored from the second week on', () => {
    expect(new Set(refused)).toEqual(new Set(['DATA_EMPTY']));
    expect(runs[0]?.day).toBeLessThanOrEqual(dayNumber(9));
  });

  test('alerts between half and 1.2 times the budget from working day 11 on', () => {
    const { detection } = parseDetection(readFileSync(join(folder, 'detections', `${name}.yaml`), 'utf8'), `${name}.yaml`);
    const working = runs.filter(({ day }) => isWorkday(detection.calendar, day as number) && (day as number) >= dayNumber(14));
    const means = (of: (run: RunRecord) => number): number[] => working.slice(19).map((_, at) => working.slice(at, at + 20).reduce((sum, run) => sum + of(run), 0) / 20);
    const told = { rule: means(({ aboveThreshold }) => aboveThreshold), queue: means(({ day }) => incidents.filter((incident) => incident.day === day && incident.rank !== null).length) };
    expect(told.rule.length).toBeGreaterThan(10);
    const ends = Object.entries(told).flatMap(([what, values]) => [[`${what} least`, Math.min(...values)], [`${what} most`, Math.max(...values)]] as const);
    if (process.env['BYOML_PROOF']) appendFileSync(process.env['BYOML_PROOF'], `${JSON.stringify({ coldStart: seed, ...Object.fromEntries(ends) })}\n`);
    for (const [what, value] of ends) expect([what, value >= 0.5 * budget && value <= 1.2 * budget, value]).toEqual([what, true, value]);
  });

  test('has the attack of a user of the first week in the queue, with its peers as evidence', () => {
    const told = incidents.find(({ day, entity, rank }) => day === dayNumber(attackDay) && entity === 'CORP\\new.person' && rank !== null);
    expect(told?.resources.filter((resource) => attacked.includes(resource)).length).toBeGreaterThanOrEqual(3);
    const mine = alerts.filter(({ user, day }) => user === 'CORP\\new.person' && day === dayNumber(attackDay));
    expect(mine.length).toBeGreaterThanOrEqual(3);
    const { status, stdout } = spawnSync(process.execPath, [byoml, 'explain', mine[0]?.recordId as string, '--workspace', folder], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/• \d+ of \d+ users? of (?:title|team|department|manager) |users? of \S+ touch(?:es)? other resources of CORP\\new\.person/u)]);
  });

  test('scores whoever and whatever is new: finite, with a status', () => {
    const rows = readFileSync(join(folder, 'results.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { surprise: number; pValue: number; status: string });
    for (const { surprise, pValue, status } of rows) expect([Number.isFinite(surprise), pValue > 0 && pValue <= 1, (statuses as readonly string[]).includes(status)]).toEqual([true, true, true]);
    expect([...new Set(rows.map(({ status }) => status))]).toEqual(expect.arrayContaining(['new-user', 'new-resource', 'scored']));
  });
});
