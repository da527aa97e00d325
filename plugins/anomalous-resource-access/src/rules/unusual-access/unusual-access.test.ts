import { severities, statuses, type Alert, type Status } from '@byoml/core';
import { sentinelColumns } from '@byoml/core/results';
import { expect, test } from 'vitest';
import { kqlText } from '@byoml/core/hunting';
import { sentinelAlert, unusualAccess } from './index.ts';

type Input = Parameters<ReturnType<typeof unusualAccess.create>>[0] extends Iterable<infer R> ? R : never;

const row = (over: Partial<Input> = {}): Input => ({
  scope: '', user: 'DOM\\ann', resource: '\\\\FS1\\hr', day: 20_781, count: 3, surprise: 9.1, pValue: 1 / 2300, score: 99.9, status: 'scored', sourceHosts: ['10.0.0.5'], ...over,
});

const chosen = (settings: object = {}) => unusualAccess.settings.parse(settings);
const alertsOf = (rows: Iterable<Input>, settings: object = {}): Alert[] => [...unusualAccess.create(chosen(settings))(rows)];
const alertOf = (over: Partial<Input>, settings: object = {}): Alert | undefined => alertsOf([row(over)], settings)[0];
const queryOf = (settings: object = {}): string => unusualAccess.kql?.(chosen(settings)) ?? '';

test('an alert is told in one sentence of plain words, with how rare it is', () => {
  expect(alertOf({})).toEqual({
    severity: 'high',
    title: 'Unusual access of DOM\\ann to \\\\FS1\\hr',
    message: 'DOM\\ann accessed \\\\FS1\\hr, which is new for this user (3 times on 2026-11-24 from 10.0.0.5): 1 in 2,300 new accesses is as unusual.',
    entities: { account: 'DOM\\ann', resource: '\\\\FS1\\hr', host: '10.0.0.5' },
    score: Math.log(2300),
  });
});

test.each<[Status, string]>([
  ['scored', 'which is new for this user'],
  ['unconnected', 'which nobody who shares accesses with this user uses'],
  ['new-user', 'and no accesses of this user were known before'],
  ['new-resource', 'which nobody was known to use before'],
  ['new-both', 'and neither of them was known before'],
])('an access that is %s says so', (status, words) => {
  expect(alertOf({ status })?.message).toContain(`\\\\FS1\\hr, ${words} (`);
});

test('a learned access never alerts', () => {
  expect(alertOf({ status: 'known', pValue: 1e-6 })).toBeUndefined();
});

test('a host is an entity only where it is the only one', () => {
  expect(alertOf({ sourceHosts: ['10.0.0.5', '10.0.0.6'] })).toMatchObject({ entities: { account: 'DOM\\ann', resource: '\\\\FS1\\hr' }, message: expect.stringContaining('from 2 hosts') as string });
  expect(alertOf({ sourceHosts: ['10.0.0.5', '10.0.0.6'] })?.entities).not.toHaveProperty('host');
  expect(alertOf({ sourceHosts: ['10.0.0.5', '10.0.0.5', ''] })?.entities).toHaveProperty('host', '10.0.0.5');
  for (const sourceHosts of [[], [''], undefined]) expect(alertOf({ sourceHosts, count: 1 })).toMatchObject({ entities: { account: 'DOM\\ann', resource: '\\\\FS1\\hr' }, message: expect.stringContaining('(1 time on 2026-11-24):') as string });
});

test('the rarer, the more urgent; the most ordinary row has no urgency and says so', () => {
  const [ordinary, odd, odder] = alertsOf([row({ pValue: 1 }), row({ pValue: 0.01 }), row({ pValue: 1e-9 })]);
  expect(ordinary?.score).toBe(0);
  expect(ordinary?.message).toMatch(/: every new access is as unusual\.$/u);
  expect(odder?.score).toBeGreaterThan(odd?.score as number);
  expect(odd?.score).toBeGreaterThan(0);
});

test.each([
  ['a line break', 'ann\nSeverity: low'], ['a carriage return and a colour', 'ann\r\u001b[31mx'], ['text that runs backwards', 'ann\u202Eexe'], ['a line separator', 'ann\u2028x'],
  ['half a letter', 'ann\uD800'], ['white space around', ' ann\t'], ['an invisible letter', 'a\u200Bnn'], ['nothing but a blank', ' '],
])('a name with %s is one visible line for people and unchanged for machines', (_what, name) => {
  const alert = alertOf({ user: name, resource: `\\\\FS1\\${name}` }) as Alert;
  for (const text of [alert.title, alert.message]) {
    expect(text).toMatch(/^\S.*\S$/u);
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    expect(text).toContain('\uFFFD');
  }
  expect(alert.entities['account']).toBe(name);
});

test('a name as long as a log allows is cut where people read it', () => {
  const alert = alertOf({ user: '😀'.repeat(50_000), resource: 'x'.repeat(65_536) }) as Alert;
  expect(alert.message.length).toBeLessThan(1000);
  expect(alert.message).toContain(`${'😀'.repeat(200)}… accessed ${'x'.repeat(200)}…`);
  expect(alert.entities['resource']).toHaveLength(65_536);
});

test('a day that no calendar has is still told', () => {
  expect(alertOf({ day: 2_147_483_647 })?.message).toContain('on day 2147483647');
});

const above = (p: number): number => p * (1 + Number.EPSILON);

test.each<[number, Status, string | undefined]>([
  [0.001, 'scored', 'high'],
  [above(0.001), 'scored', 'medium'],
  [0.05, 'unconnected', 'medium'],
  [above(0.05), 'unconnected', undefined],
  [0.001, 'new-user', 'medium'],
  [above(0.001), 'new-both', 'low'],
  [0.05, 'new-resource', 'low'],
  [above(0.05), 'new-resource', undefined],
  [1e-9, 'known', undefined],
])('p %d of a row that is %s: %s', (pValue, status, severity) => {
  expect(alertOf({ pValue, status }, { raiseAt: 0.001, alertAt: 0.05 })?.severity).toBe(severity);
});

test('nothing is more severe than high, 0 never raises, and raising never alerts by itself', () => {
  expect(alertOf({ pValue: 1e-9 }, { severity: 'high' })?.severity).toBe('high');
  expect(alertOf({ pValue: 1e-9 }, { raiseAt: 0 })?.severity).toBe('medium');
  expect(alertOf({ pValue: 0.2 }, { raiseAt: 0.5, alertAt: 0.1 })).toBeUndefined();
});

/** The lines of the query's case(), read back from its text. */
function readBack(query: string): ReadonlyArray<{ readonly statuses: readonly string[]; readonly atMost: number; readonly severity: string }> {
  const [, body = ''] = /\| extend AlertSeverity = case\(\n([\s\S]*?)\n {4}""\)\n\| where isnotempty\(AlertSeverity\)/u.exec(query) ?? [];
  return body.split('\n').map((line) => {
    const [, statusList, number, severity] = /^ {4}Status in \((.*)\) and PValue <= real\((.*)\), "(.*)",$/u.exec(line) ?? [];
    return { statuses: JSON.parse(`[${statusList}]`) as string[], atMost: Number(number), severity: severity as string };
  });
}

test('the query decides every row as the rule does', () => {
  const borders = [1e-12, 3e-7, 0.0005, 0.001, 0.05, 0.5, 1].flatMap((p) => [p, p * (1 - Number.EPSILON), Math.min(1, above(p))]);
  const severitiesOfSettings = severities.flatMap((severity) => severities.map((newSeverity) => ({ severity, newSeverity })));
  let alerts = 0;
  for (const settings of [{}, { raiseAt: 3e-7 }, { raiseAt: 0, alertAt: 0.05 }, { raiseAt: 1, alertAt: 0.001 }, ...severitiesOfSettings]) {
    const lines = readBack(queryOf(settings));
    expect(lines).toHaveLength(4);
    for (const status of statuses) {
      for (const pValue of borders) {
        const ofQuery = lines.find(({ statuses: among, atMost }) => among.includes(status) && pValue <= atMost)?.severity.toLowerCase();
        expect(ofQuery, `${status} ${pValue}`).toBe(alertOf({ status, pValue }, settings)?.severity);
        alerts += ofQuery === undefined ? 0 : 1;
      }
    }
  }
  expect(alerts).toBeGreaterThan(1000);
});

test('the query takes the last revision before it asks whether that one is in production', () => {
  expect(queryOf().split('\n').slice(0, 4)).toEqual(['ByomlAnomalousAccess_CL', '| where TimeGenerated > ago(1h)', '| summarize arg_max(Revision, *) by RecordId', '| where RuleStatus == "Production"']);
});

test('a withdrawn alert raises nothing, and every column that the query reads is one of the result table', () => {
  expect(queryOf()).toContain('| where not(Withdrawn)');
  const code = queryOf().replaceAll(/"(?:[^"\\]|\\.)*"/gu, '""').split('\n').slice(1).join('\n');
  const made = new Set(Array.from(code.matchAll(/\b([A-Z]\w*) = /gu), ([, name]) => name));
  const read = new Set(Array.from(code.matchAll(/\b[A-Z]\w*/gu), ([name]) => name).filter((name) => !made.has(name)));
  expect([...read].filter((name) => !Object.hasOwn(sentinelColumns, name))).toEqual([]);
  expect([...read]).toEqual(expect.arrayContaining(['CandidateStatus', 'Description', 'PValue', 'Revision', 'RuleStatus']));
});

test('the query has every column that the alert in Sentinel is made of', () => {
  const columns = (/\| project (.*)/u.exec(queryOf())?.[1] ?? '').split(', ');
  const { entityMappings, customDetails, alertDetailsOverride: { alertDisplayNameFormat, alertDescriptionFormat, alertSeverityColumnName } } = sentinelAlert;
  const inText = [alertDisplayNameFormat, alertDescriptionFormat].flatMap((text) => Array.from(text.matchAll(/\{\{(\w+)\}\}/gu), ([, name]) => name as string));
  const wanted = [...entityMappings.flatMap(({ fieldMappings }) => fieldMappings.map(({ columnName }) => columnName)), ...Object.values(customDetails), ...inText, alertSeverityColumnName];
  expect(columns).toEqual(expect.arrayContaining(wanted));
  for (const { fieldMappings } of entityMappings) expect(fieldMappings.length).toBeLessThanOrEqual(3);
});

test.each([
  ['" or true //', String.raw`"\" or true //"`],
  ['a\\', String.raw`"a\\"`],
  ['\\"', String.raw`"\\\""`],
  ["it's", String.raw`"it\u0027s"`],
  ['a\nb\r\t\u2028', String.raw`"a\u000ab\u000d\u0009\u2028"`],
  ['größe 数据 😀', String.raw`"größe 数据 \ud83d\ude00"`],
])('a detection named %j stays inside its literal', (detection, literal) => {
  expect(queryOf({ detection })).toContain(`\n| where Detection == ${literal}\n`);
  expect(queryOf({ detection }).split('\n')).toHaveLength(queryOf({ detection: 'x' }).split('\n').length);
  // These escapes are those of JSON too, so an independent reader gives the text back.
  expect(JSON.parse(kqlText(detection))).toBe(detection);
});

test.each([{ lookBack: '1h) | take 0 //' }, { lookBack: '0h' }, { lookBack: '1y' }, { detection: '' }, { alertAt: 0 }, { raiseAt: Number.NaN }, { severity: 'critical' }])('settings %j are refused', (settings) => {
  expect(unusualAccess.settings.safeParse(settings).success).toBe(false);
});

/** The regular expression of the query that finds the suffix of a user principal name. */
const suffixPattern = (): RegExp => new RegExp(JSON.parse(/extract\((".*?"), 1, UserName\)/u.exec(queryOf())?.[1] ?? '""') as string, 'u');

test.each([
  ['ann@x.org', 'x.org'],
  ['DOM\\ann', undefined],
  ['DOM\\ann@x.org', undefined],
  ['arn:aws:sts::1:assumed-role/Reader/ann@x.org', undefined],
  ['svc backup@x.org', undefined],
  ['a@b@c', undefined],
])('the query reads the account %s with the suffix %s', (user, suffix) => {
  expect(suffixPattern().exec(user)?.[1]).toBe(suffix);
});
