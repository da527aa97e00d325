import { expect, test } from 'vitest';
import { isByomlError } from '../contracts/errors.ts';
import { parseDetection } from './parse.ts';

const day = 86_400_000;
const whole = `version: 1
name: share-access
source:    { use: files/data-export, settings: { path: ./export, table: SecurityEvent } }
view:      anomalous-resource-access/windows-file-shares
filters:   [ { column: resource, notMatching: '\\\\IPC\\$$' } ]
enrich:    [ { source: { use: files/table, settings: { path: ./people.csv } }, key: user, columns: [manager, team] } ]
algorithm: { use: "anomalous-resource-access/access-walk:fast", settings: { halfLife: 120d } }
train:     { window: P30D, every: 7d }
score:     { every: 30m, lag: PT1H }
budget:    2.5/day
calendar:  { timeZone: Europe/Berlin, workdays: [wed, mon], holidays: [2026-12-25, 2026-01-01] }
scanners:  [svc-*]
rules:     [ { use: anomalous-resource-access/unusual-access, settings: { severity: medium } } ]
sinks:     [ { use: files/table, settings: { path: ./results.jsonl } } ]
suppress:  []
engine:    duckdb
`;
const least = 'version: 1\nname: share-access\nsource: files/table\nalgorithm: a/b\n';

/** What is said about a file, without the file's name. */
function said(text: string, file = 'detections/share-access.yaml'): { message: string; problems: Array<{ line: number; column: number; path: string; reason: string }> } {
  try {
    parseDetection(text, file);
  } catch (thrown) {
    if (!isByomlError(thrown) || thrown.code !== 'DETECTION_INVALID') throw thrown;
    return { message: thrown.message, problems: thrown.details['problems'] as never };
  }
  return { message: 'nothing', problems: [] };
}

const first = (text: string): string => said(text).message.replace('detections/share-access.yaml:', '').replace(/ \(and \d+ more\)$/, '');

test('a file that says everything is read as it stands', () => {
  expect(parseDetection(whole, 'detections/share-access.yaml').detection).toEqual({
    name: 'share-access',
    source: { use: 'files/data-export', settings: { path: './export', table: 'SecurityEvent' } },
    view: { use: 'anomalous-resource-access/windows-file-shares', settings: {} },
    filters: [{ column: 'resource', matching: null, notMatching: /\\IPC\$$/u }],
    enrich: [{ source: { use: 'files/table', settings: { path: './people.csv' } }, key: 'user', columns: ['manager', 'team'] }],
    algorithm: { use: 'anomalous-resource-access/access-walk:fast', settings: { halfLife: '120d' } },
    train: { window: 30 * day, every: 7 * day },
    score: { every: day / 48, lag: day / 24 },
    budget: { perDay: 2.5 },
    calendar: { timeZone: 'Europe/Berlin', workdays: [0, 2], holidays: [Date.UTC(2026, 0, 1) / day, Date.UTC(2026, 11, 25) / day] },
    scanners: ['svc-*'],
    rules: [{ use: 'anomalous-resource-access/unusual-access', settings: { severity: 'medium' } }],
    sinks: [{ use: 'files/table', settings: { path: './results.jsonl' } }],
    suppress: [],
    engine: 'duckdb/duckdb',
  });
});

test('what a file leaves out has its default; a key whose lines are comments is left out', () => {
  for (const text of [least, `${least}view:\nfilters:\n  # - { column: user }\ncalendar:\nsinks: []\n`])
    expect(parseDetection(text, 'share-access.yml').detection).toEqual({
      name: 'share-access', source: { use: 'files/table', settings: {} }, view: null, filters: [], enrich: [], algorithm: { use: 'a/b', settings: {} },
      train: { window: 30 * day, every: 7 * day }, score: { every: day / 24, lag: day / 96 }, budget: { perDay: 10 },
      calendar: { timeZone: 'UTC', workdays: [0, 1, 2, 3, 4], holidays: [] }, scanners: [], rules: [], sinks: [], suppress: [], engine: 'duckdb/duckdb',
    });
});

test('a view can be written in the file; numbers among the values are texts', () => {
  const view = 'view: { table: Logs, columns: { user: who.name, resource: "what[0].id" }, where: [ { column: id, in: [5140, five] }, { columns: [a, b], in: [true] } ], sql: " SELECT * FROM source ; " }\n';
  expect(parseDetection(least + view, 'share-access.yaml').detection.view).toEqual({
    table: 'Logs', columns: { user: 'who.name', resource: 'what[0].id' }, where: [{ columns: ['id'], in: ['5140', 'five'] }, { columns: ['a', 'b'], in: ['true'] }], sql: 'SELECT * FROM source',
  });
});

test.each([
  ['', '1:1: expected a mapping, received nothing'],
  ['- 1\n', '1:1: expected a mapping, received a list'],
  ['name: [', '1:8: Flow sequence in block collection must be sufficiently indented and end with a ]'],
  [`${least}train: { window: 30 days }\n`, '5:18: train.window: expected a duration such as 30d, 12h, 15m, 45s or P30D, received "30 days"'],
  [`${least}train: { window: 36h }\n`, '5:18: train.window: expected whole days, from 1d to 3660d, received "36h"'],
  [`${least}train:\n  every: 31d\n`, '6:10: train.every: expected no more than `window`, received "31d"'],
  [`${least}train: { window: P1M }\n`, '5:18: train.window: expected a duration such as 30d, 12h, 15m, 45s or P30D, received "P1M"'],
  [`${least}score: { every: 7h }\n`, '5:17: score.every: expected a part of a day, from 1m to 1d, such as 15m, 1h or 1d, received "7h"'],
  [`${least}score: { every: 30s }\n`, '5:17: score.every: expected a part of a day, from 1m to 1d, such as 15m, 1h or 1d, received "30s"'],
  [`${least}budget: 0/day\n`, '5:9: budget: expected a number a day such as 10/day, more than 0 and at most 1000000, received "0/day"'],
  [`${least}budget: 10\n`, '5:9: budget: expected a text, received 10'],
  [`${least}filters:\n  - column: user\n    matching: "(a"\n`, '7:15: filters.0.matching: expected a regular expression, received "(a": Unterminated group'],
  [`${least}filters: [ { column: user } ]\n`, '5:12: filters.0: expected `matching` or `notMatching`, received a mapping'],
  [`${least}calendar: { timeZone: Berlin }\n`, '5:23: calendar.timeZone: expected a time zone of the IANA database such as Europe/Berlin, received "Berlin"; nearest: Europe/Berlin'],
  [`${least}calendar: { workdays: [monday] }\n`, '5:24: calendar.workdays.0: expected mon, tue, wed, thu, fri, sat or sun, received "monday"'],
  [`${least}calendar: { holidays: [2026-02-30] }\n`, '5:24: calendar.holidays.0: expected a date such as 2026-12-25, received "2026-02-30"'],
  [`${least}algorithm: c/d\n`, '5:1: the key "algorithm" is there twice'],
  [`${least}algoritm: c/d\n`, '5:1: algoritm: unknown key; nearest: algorithm; allowed: version, name, source, filters, enrich, algorithm, train, score, budget, calendar, scanners, rules, sinks, suppress, engine, view'],
  [`${least}sinks: [ { use: a/b, setings: {} } ]\n`, '5:22: sinks.0.setings: unknown key; nearest: settings; allowed: use, settings'],
  [`${least}view: { tabel: T }\n`, '5:7: view.table: expected a text, received nothing'],
  [`${least}engine: 'no such'\n`, '5:9: engine: expected the address of an engine, received "no such"'],
  ['version: 2\nname: share-access\nsource: files/table\nalgorithm: a/b\n', '1:10: version: expected 1, received 2'],
  ['version: 1\nname: other\nsource: files/table\nalgorithm: a/b\n', '2:7: name: expected "share-access" as in the file\'s name, received "other"'],
  ['version: 1\nname: Share_Access\nsource: files/table\nalgorithm: a/b\n', '2:7: name: expected lower-case words joined by hyphens, received "Share_Access"'],
  ['version: 1\nname: share-access\nsource: table\nalgorithm: a/b\n', '3:9: source: expected an address: [@scope/]package/component[@version][:profile], received "table"'],
  [`${least}rules: [ !evil { use: a/b } ]\n`, '5:10: Unresolved tag: !evil'],
  [`%YAML 1.1\n---\n${least}`, '1:1: expected YAML 1.2, received 1.1'],
  [`${least}---\nversion: 1\n`, '5:1: expected one document, received a second one'],
  [`${least}rules: [ *no ]\n`, '5:10: no anchor "no" stands before this alias'],
  [`${least}sinks: &s [ { use: a/b, settings: { x: *s } } ]\n`, '5:11: nested too deeply'],
  [`${least}sinks: [ { use: a/b, settings: { id: 12345678901234567890 } } ]\n`, '5:38: expected a number that can be kept exactly; write it in quotes when it is a name'],
  [`${least}__proto__: 1\n`, '5:1: expected a name as key'],
  [`${least}sinks: [ { use: a/b, settings: { __proto__: 1 } } ]\n`, '5:34: expected a name as key'],
])('%j: %s', (text, message) => {
  expect(first(text)).toBe(message);
});

test('all problems are told, in the order of the file', () => {
  const { message, problems } = said('version: 1\nname: share-access\nsource: 7\ntrain: { every: 0d }\nnamme: x\n');
  expect(message).toBe('detections/share-access.yaml:1:1: algorithm: expected a mapping, received nothing (and 3 more)');
  expect(problems.map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual(['1:1 algorithm', '3:9 source', '4:17 train.every', '5:1 namme']);
});

test('a model that learns from few days is learned anew as often', () => {
  expect(parseDetection(`${least}train: { window: 3d }\n`, 'share-access.yaml').detection.train).toEqual({ window: 3 * day, every: 3 * day });
});

test('anchors and aliases stand for what they name', () => {
  const { detection } = parseDetection(`${least}train: { window: &month 30d, every: *month }\n`, 'share-access.yaml');
  expect(detection.train).toEqual({ window: 30 * day, every: 30 * day });
});

test('aliases of aliases do not grow without bound', () => {
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]', ...Array.from({ length: 12 }, (_, i) => `${'bcdefghijklm'[i]}: &${'bcdefghijklm'[i]} [${Array(10).fill(`*${'abcdefghijkl'[i]}`).join(',')}]`)].join('\n');
  expect(first(bomb)).toContain('too large, aliases counted as what they stand for');
});

test.each([
  'password: hunter2', 'dbPassword: hunter2', 'clientSecret: abc', 'api_key: abc', 'apikey: abc', 'tokens: [ok]', 'connectionString: Endpoint=x', 'key: AbC123dEf456GhI789==', 'password: 12345',
  'url: "https://me:hunter2@host"', 'credential: hunter2', 'credentials: managed', 'url: "https://host/?sv=1&sig=hunter2"', 'text: "AccountKey=hunter2;x"', 'deep: { list: [ { pwd: hunter2 } ] }', 'connection_string: "Endpoint=x;SharedAccessKey=hunter2;${secret:X}"',
])('a literal secret is refused and not repeated: %s', (setting) => {
  const { message } = said(`${least}sinks: [ { use: a/b, settings: { ${setting} } } ]\n`);
  expect(message).toContain('expected no secret in the file; write ${secret:NAME}');
  expect(message).toMatch(/:5:\d+: sinks\.0\.settings\./);
  expect(message).not.toMatch(/hunter2|AbC123/);
});

test.each(['password: "${secret:DB}"', 'credential: cli', 'credential: managed', 'credential: { tenant: t, client: c, secret: "${secret:APP}" }', 'credential: { sas: "${secret:SAS}" }', 'connectionString: "Endpoint=x;SharedAccessKey=${secret:KEY}"', 'key: user', 'partitionKey: resource', 'maxTokens: 5', 'tokenUrl: "https://host/token"', 'password: ""', 'keyColumns: [a, b]'])('what only names a secret, or none, is accepted: %s', (setting) => {
  expect(said(`${least}sinks: [ { use: a/b, settings: { ${setting} } } ]\n`).message).toBe('nothing');
});

test('a reference that is none is refused', () => {
  expect(first(`${least}sinks: [ { use: a/b, settings: { password: "\${secret:my-key}" } } ]\n`)).toBe('5:44: sinks.0.settings.password: expected ${secret:NAME}, the name of letters, digits and _, where a secret goes');
});

test('a part is found where it stands, a missing one where it would be', () => {
  const parsed = parseDetection(`${least}train:\n  window: 14d\nsinks:\n  - use: files/table\n    settings: { path: x }\n`, 'detections/share-access.yaml');
  expect([['train', 'window'], ['sinks', 0, 'settings', 'path'], ['sinks', 0, 'settings', 'format'], ['algorithm'], ['score', 'every'], []].map((path) => parsed.at(path).replace('detections/share-access.yaml:', ''))).toEqual(['6:11', '9:23', '9:15', '4:12', '1:1', '1:1']);
});

test('the digest is of what the file says, not of how', () => {
  const digest = (text: string): string => parseDetection(text, 'share-access.yaml').digest;
  expect(digest(least)).toMatch(/^[0-9a-f]{64}$/);
  const other = '# comment\nalgorithm: {use: "a/b", settings: {}}\r\nsource:\n  use: files/table\nname: share-access\nversion: 1\ntrain: {every: P1W}\nengine: duckdb';
  expect(digest(other)).toBe(digest(least));
  for (const more of ['budget: 9/day', 'filters: [ { column: a, matching: x } ]', 'scanners: [a]', 'sinks: [ { use: a/b, settings: { b: 1 } } ]']) expect(digest(`${least}${more}`)).not.toBe(digest(least));
  expect(digest(`${least}filters: [ { column: a, matching: x } ]`)).not.toBe(digest(`${least}filters: [ { column: a, matching: y } ]`));
});
