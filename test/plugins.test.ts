import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import duckdb from '@byoml/duckdb';
import { componentKinds, defineRuleTemplate, defineView, kind, utcDay, z, type Dialect, type Engine, type PluginDefinition, type Stamped, type ViewDefinition } from '@byoml/core';
import { broken, pluginChecks, ruleTemplateChecks, viewChecks, type Check, type Conformance, type Unavailable, type ViewFixture } from '@byoml/core/testkit';
import { afterAll, describe, expect, test } from 'vitest';

const plugins = join(import.meta.dirname, '..', 'plugins');
const folder = await mkdtemp(join(tmpdir(), 'byoml-conformance-'));
const closing = new AsyncDisposableStack();
afterAll(async () => {
  await closing.disposeAsync();
  await rm(folder, { recursive: true, force: true });
});

const [engineDefinition] = duckdb.components.filter((component) => component[kind] === 'engine');
const engine = (): Promise<Engine> => engineDefinition?.create(engineDefinition.settings.parse({}), {}) as Promise<Engine>;

const source = <T>(name: string, file: string): Promise<T> => import(pathToFileURL(join(plugins, name, 'src', file)).href) as Promise<T>;

/** Every plugin in the folder is tested by existing: with the fixtures of its conformance.ts. */
async function checksOf(name: string): Promise<readonly Check[] | Unavailable> {
  const { default: plugin } = await source<{ default: Stamped<'plugin', PluginDefinition> }>(name, 'index.ts');
  const { conformance } = await source<{ conformance: Conformance }>(name, 'conformance.ts');
  const own = await mkdtemp(join(folder, `${name}-`));
  const fixtures = await conformance({ engine, folder: own, closing });
  return isUnavailable(fixtures) ? fixtures : [...pluginChecks(plugin, fixtures)];
}

const isUnavailable = (fixtures: object): fixtures is Unavailable => typeof (fixtures as Partial<Unavailable>).missing === 'string';

const names = (await readdir(plugins, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
const looked = await Promise.all(names.map(async (name) => [name, await checksOf(name)] as const));
const found = looked.flatMap(([name, checks]) => (isUnavailable(checks) ? [] : [[name, checks] as const]));

test('the plugins this issue delivers are there', () => {
  expect(names).toEqual(expect.arrayContaining(['anomalous-resource-access', 'azure-monitor', 'azure-storage', 'duckdb', 'event-hubs', 'files']));
});

describe.each(found)('%s', (_name, checks) => {
  for (const { name, run } of checks) test(name, run);
});

/** Counted as skipped, with the reason. */
const unavailable = looked.flatMap(([name, checks]) => (isUnavailable(checks) ? [`${name}: ${checks.missing}`] : []));
describe.each(unavailable)('%s', () => {
  test.skipIf(true)('its promises', () => expect.unreachable());
});

const rule = defineRuleTemplate({ id: 'x', summary: 'x x', title: 'x', settings: z.strictObject({}), attack: ['T1078'], falsePositives: [], blindSpots: [], columns: {}, create: () => () => [], kql: () => 'x' });

/** The promises of each kind, as docs/plugins.md lists them. */
function promises(): string {
  const named = found.flatMap(([, checks]) => checks.map(({ name }) => /^(?<kind>[a-z-]+)\/[^ ]+: (?<promise>.+)$/.exec(name)?.groups ?? { kind: 'plugin', promise: name }));
  const rules = [...ruleTemplateChecks(rule, { fires: [], silent: [] })].map(({ name }) => ({ kind: 'rule-template', promise: name }));
  return ['plugin', ...componentKinds]
    .map((of) => `### ${of}\n\n${[...new Set([...named, ...rules].filter((each) => each['kind'] === of).map((each) => `- ${each['promise']}`))].join('\n')}\n`)
    .join('\n');
}

test('docs/plugins.md lists every check of every kind', async () => {
  const text = await readFile(join(plugins, '..', 'docs', 'plugins.md'), 'utf8');
  expect(text.split('## What is checked')[1]).toBe(`\n\n${promises()}`);
});

const logins = (day: (d: Dialect, time: string) => string, over: Partial<ViewDefinition> = {}): ViewDefinition<any, any, any> => ({
  ...defineView({
    id: 'logins', summary: 'Logins by day.', settings: z.strictObject({}), table: 'Logins',
    columns: { user: z.string(), 'host.name': z.string().optional(), time: z.string(), kind: z.string() },
    where: [{ columns: ['kind'], in: ['login'] }],
    output: { user: z.string(), host: z.string(), day: utcDay() },
    sql: (d) => `SELECT ${d.ident('user')} AS ${d.ident('user')}, COALESCE(${d.ident('host.name')}, 'none') AS ${d.ident('host')}, ${day(d, d.ident('time'))} AS ${d.ident('day')} FROM source`,
  }),
  ...over,
});
const utc = (d: Dialect, time: string): string => d.utcDay(time);

const login = (time: string, over: object = {}): object => ({ user: 'ann', host: { name: 'web1' }, time, kind: 'login', ...over });
const fixture: ViewFixture = {
  engine,
  records: [login('2026-11-24T08:00:00Z'), login('2026-11-24T23:30:00Z', { user: 'bob', host: {} }), login('2026-11-24T08:00:00Z', { kind: 'logout' })],
  rows: [{ user: 'ann', host: 'web1', day: '2026-11-24' }, { user: 'bob', host: 'none', day: '2026-11-24' }],
  midnight: [{ record: login('2026-11-24T23:30:00-02:00'), day: '2026-11-25' }],
};

/** An engine that reads everything, whatever the view's predicate says. */
async function forgetful(): Promise<Engine> {
  const honest = await engine();
  const open: Engine['open'] = async (scan, run) => {
    const relation = await honest.open(scan, run);
    return { ...relation, view: (view, settings, by) => relation.view({ ...view, where: [] }, settings, by) };
  };
  return { dialect: honest.dialect, trainers: {}, open, [Symbol.asyncDispose]: () => honest[Symbol.asyncDispose]() };
}

describe('the kit of views', () => {
  test('is green for a correct view', async () => {
    expect(await broken(viewChecks(logins(utc), fixture))).toEqual(new Map());
  });

  const rows = 'gives the rows its fixture expects';
  test.each<[string, ViewDefinition, Partial<ViewFixture>, readonly string[]]>([
    ['days of another zone', logins((_, time) => `CAST(SUBSTRING(${time}, 1, 10) AS DATE)`), {}, ['counts days in UTC']],
    ['a day too many', logins((d, time) => `${d.utcDay(time)} + 1`), {}, [rows, 'counts days in UTC']],
    ['an engine that forgets the predicate', logins(utc), { engine: forgetful }, [rows, 'gives the same whether its predicate is pushed or not', 'gives nothing for nothing, and nothing where no record fits']],
    ['a predicate on a column it does not declare', logins(utc, { where: [{ columns: ['type'], in: ['login'] }] }), {}, ['names its table and asks its predicate of columns it has', 'gives exactly the columns of its output, each cell as declared', rows]],
    ['a column that it needs but calls optional', logins(utc, { columns: { user: z.string(), 'host.name': z.string().optional(), time: z.string(), kind: z.string().optional(), day: z.string().optional() }, output: { user: z.string(), day: utcDay(), gone: z.string() } }), {}, ['gives exactly the columns of its output, each cell as declared']],
  ])('%s turns its checks red', async (_name, view, over, turns) => {
    expect([...(await broken(viewChecks(view, { ...fixture, ...over }))).keys()]).toEqual(expect.arrayContaining([...turns]));
  });
});
