import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { State } from '@byoml/core/state';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { publishPlugin } from './published-plugin.ts';
import { rareAccess } from './rare-access-plugin.ts';
import { NpmUser } from './registry-client.ts';
import { startRegistry, type RegistryServer } from './registry-server.ts';
import { Soc } from './soc.ts';
import { inCi } from './tier.ts';

const name = '@acme/rare-access';
const address = `${name}/rare-access`;
const l0 = ['--allow-level', 'L0'];
const agreed = ['--yes', '--grant', 'hosts: intel.example.com', ...l0];

/** The first version finds resources that few use, the second large numbers of accesses; both find what is both. */
const [first, second] = [
  rareAccess({ surprise: 'Math.log((everybody + 1) / (users + 1))' }),
  rareAccess({
    surprise: 'Math.log(1 + count / settings.usual) + Math.log((everybody + 1) / (users + 1)) / 100', reads: 'count',
    settings: '{ usual: z.number().min(1).default(1) }', capabilities: "{ hosts: ['intel.example.com'] }",
  }),
];

const isoDay = (day: number): string => new Date(Date.UTC(2026, 0, 5 + day)).toISOString().slice(0, 10);
/** Days since Monday, the 5th of January: what was scored before the upgrade (a training is due after it), and the last. */
const [from, to, last] = [28, 35, 36];
const now = `${isoDay(last + 1)}T01:00:00Z`;

const odd = {
  rare: { day: isoDay(30), user: 'ann', resource: 'vault', count: 2 },
  many: { day: isoDay(31), user: 'bob', resource: 'share-3', count: 400 },
  both: { day: isoDay(32), user: 'eve', resource: 'ledger', count: 500 },
  rareLater: { day: isoDay(last), user: 'user-1', resource: 'archive', count: 1 },
  manyLater: { day: isoDay(last), user: 'user-2', resource: 'share-4', count: 300 },
} as const;
const shown = ({ day, user, resource }: (typeof odd)[keyof typeof odd]) => ({ day, user, resource, oneIn: expect.toSatisfy((of: number) => of > 50) });
const textOf = ({ day, user, resource }: (typeof odd)[keyof typeof odd]): string => `${day} ${user} ${resource}`;

/** Twelve people use six shares each working day, some more often than others, and what is odd. */
function accesses(): string {
  const people = ['ann', 'bob', 'eve', ...Array.from({ length: 9 }, (_, i) => `user-${i}`)];
  const workdays = Array.from({ length: last + 1 }, (_, day) => day).filter((day) => day % 7 < 5);
  const usual = workdays.flatMap((day) => people.flatMap((user, u) => Array.from({ length: 6 }, (_, share) => `${isoDay(day)},${user},share-${share},${1 + ((day * 5 + u * 3 + share * 7) % 9)}`)));
  const isOdd = (line: string): boolean => Object.values(odd).some(({ day, user, resource }) => line.startsWith(`${day},${user},${resource},`));
  return ['day,user,resource,count', ...usual.filter((line) => !isOdd(line)), ...Object.values(odd).map((access) => Object.values(access).join(',')), ''].join('\n');
}

const detection = (called: string): string => [
  'version: 1', `name: ${called}`, 'source: { use: files/table, settings: { path: ./accesses.csv } }', `algorithm: "${address}"   # ours`, 'train: { window: 21d, every: 7d }',
  'score: { every: 1d, lag: 0m }', 'budget: 1/day', `rules: [ '${name}/odd' ]`, `sinks: [ { use: files/table, settings: { path: ./${called}.jsonl } } ]`, '',
].join('\n');

let folder = '';
let registry: RegistryServer | undefined;
let soc: Soc;
/** What comes of the last days where nothing is upgraded. */
let untouched: ReturnType<typeof learned>;
const copy = (source: string, target: string): void => cpSync(source, target, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
const inWorkspace = (...path: readonly string[]): string => join(soc.folder, ...path);

beforeAll(async () => {
  if (!inCi) return;
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'byoml-upgrade-plan-')));
  registry = await startRegistry(join(folder, 'registry'), '--cooldown', '0s');
  const author = new NpmUser(folder, 'npm-newest', registry.line.url);
  await author.logIn('author', 'the password of author');
  await publishPlugin(author, { name, version: '1.0.0', changed: () => first });
  await publishPlugin(author, { name, version: '1.1.0', changed: () => second });
  soc = new Soc(folder, author.home);
  writeFileSync(inWorkspace('accesses.csv'), accesses());
  // A copy of a folder rounds times to microseconds, and the state knows a file by its time: only whole seconds stay what they were.
  utimesSync(inWorkspace('accesses.csv'), new Date('2026-02-11T00:00:00Z'), new Date('2026-02-11T00:00:00Z'));
  for (const called of ['moving', 'staying']) writeFileSync(inWorkspace('detections', `${called}.yaml`), detection(called));
  await soc.ok('plugins', 'install', `${name}@1.0.0`, '--registry', registry.line.url, '--yes', ...l0);
  for (const called of ['moving', 'staying']) await soc.ok('backfill', called, '--from', isoDay(from), '--to', isoDay(to));
  copy(soc.folder, join(folder, 'before'));
  untouched = await scoreTheRest();
}, 240_000);
afterAll(async () => {
  await registry?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});
/** Every test begins with the same workspace, in the same place. */
beforeEach(() => {
  if (!inCi) return;
  rmSync(soc.folder, { recursive: true });
  copy(join(folder, 'before'), soc.folder);
});

/** Path → digest of every file of the workspace, or of what is below a folder. */
function filesOf(...below: readonly string[]): Map<string, string> {
  const entries = readdirSync(inWorkspace(...below), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name: file }) => join(parentPath, file)).sort();
  return new Map(entries.map((path) => [relative(soc.folder, path).replaceAll(sep, '/'), createHash('sha256').update(readFileSync(path)).digest('hex')]));
}

function differing(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path));
}

/** What was learned and found, and the whole of it as one digest. */
function learned() {
  using state = State.open(soc.folder, { readOnly: true });
  const alerts = (called: string): string[] => state.alerts({ detection: called }).map(({ day, user, resource }) => `${new Date(day * 86_400_000).toISOString().slice(0, 10)} ${user} ${resource}`).sort();
  const exact = (called: string): unknown => [state.alerts({ detection: called }), state.incidents({ detection: called })];
  return { digest: state.digest(), models: filesOf('.byoml', 'models'), moving: alerts('moving'), staying: alerts('staying'), exactly: { moving: exact('moving'), staying: exact('staying') } };
}

const locked = () => (JSON.parse(readFileSync(inWorkspace('plugins.lock'), 'utf8')) as { plugins: Record<string, { version: string; integrity: string; contents: string; kept: ReadonlyArray<{ version: string }> }> }).plugins[name];
const digestsOf = ({ version, integrity, contents }: NonNullable<ReturnType<typeof locked>>) => ({ version, integrity, contents });
const lines = (file: string): object[] => readFileSync(inWorkspace('.byoml', file), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as object);

async function scoreTheRest(): Promise<ReturnType<typeof learned>> {
  for (const called of ['moving', 'staying']) await soc.ok('run', called, '--now', now);
  return learned();
}

describe.skipIf(!inCi)('an upgrade of a plugin that detections use (CI tier)', () => {
  test('is planned, with the alerts that appear, vanish and stay, and nothing is changed', async () => {
    expect(learned().moving).toEqual([textOf(odd.rare), textOf(odd.both)]);
    const [files, consents] = [filesOf(), lines('consents.jsonl')];
    const { plans, upgraded } = await soc.ok('plugins', 'upgrade', name, '--plan', '--stay', 'staying', '--now', now, ...l0);
    expect(upgraded).toEqual([]);
    expect(plans).toEqual([{
      plugin: name, from: '1.0.0', to: '1.1.0',
      capabilities: { added: ['hosts: intel.example.com'], removed: [] }, components: { added: [], removed: [] }, dependencies: { added: [], removed: [] },
      settings: [{ component: 'rare-access', setting: 'usual', change: 'added', after: 1 }],
      detections: [
        { detection: 'moving', addresses: [address, `${name}/odd`], happens: 'moves', alerts: {
          days: 14, before: 3, after: 3,
          gained: { count: 2, top: expect.arrayContaining([shown(odd.many), shown(odd.manyLater)]) },
          lost: { count: 2, top: expect.arrayContaining([shown(odd.rare), shown(odd.rareLater)]) },
          same: { count: 1, top: [shown(odd.both)] },
        } },
        { detection: 'staying', addresses: [address, `${name}/odd`], happens: 'stays', alerts: null },
      ],
    }]);
    const changed = differing(files, filesOf());
    expect(changed.filter((path) => !path.startsWith('.byoml/trust/'))).toEqual(['.byoml/consents.jsonl']);
    expect(lines('consents.jsonl')).toEqual([...consents, expect.objectContaining({ action: 'run', plugin: name, version: '1.1.0', level: 'L0', integrity: expect.stringMatching(/^sha512-/) })]);
    expect((await soc.ok('plugins', 'info', name)).version).toBe('1.0.0');
  }, 240_000);

  test('without leave to run both versions compares no alerts, and says so', async () => {
    const files = filesOf();
    const { plans } = await soc.ok('plugins', 'upgrade', name, '--plan');
    expect(plans[0].detections[0].alerts).toEqual({ because: expect.stringContaining('--allow-level L0') });
    expect(differing(files, filesOf()).filter((path) => !path.startsWith('.byoml/trust/'))).toEqual([]);
  }, 240_000);

  test('moves one detection and lets the other stay, which scores exactly as before; what was learned is kept, also when it is rolled back', async () => {
    const [was, before] = [digestsOf(locked()!), learned()];
    expect(untouched.moving).toEqual([odd.rare, odd.both, odd.rareLater].map(textOf));
    await soc.ok('plugins', 'upgrade', name, '--stay', 'staying', ...agreed);
    expect([locked()?.version, locked()?.kept.map(({ version }) => version)]).toEqual(['1.1.0', ['1.0.0']]);
    expect(learned()).toEqual(before);
    const upgraded = await scoreTheRest();
    expect(upgraded.moving).toEqual([odd.rare, odd.both, odd.manyLater].map(textOf));
    expect(upgraded.exactly.staying).toEqual(untouched.exactly.staying);
    for (const [path, digest] of before.models) expect([path, upgraded.models.get(path)]).toEqual([path, digest]);

    expect(await soc.ok('plugins', 'rollback', name)).toMatchObject({ version: '1.0.0', digest: was.integrity });
    expect(digestsOf(locked()!)).toEqual(was);
    expect(learned()).toEqual(upgraded);
    expect(await soc.ok('plugins', 'audit')).toEqual({ ok: true, findings: [] });
  }, 240_000);

  test('that was rolled back leaves the digest, and every score as if nothing had been', async () => {
    const [was, before] = [digestsOf(locked()!), learned()];
    await soc.ok('plugins', 'upgrade', name, ...agreed);
    expect([locked()?.version, locked()?.kept, learned()]).toEqual(['1.1.0', [], before]);
    await soc.ok('plugins', 'rollback', name);
    expect(digestsOf(locked()!)).toEqual(was);
    expect(await scoreTheRest()).toEqual(untouched);
  }, 240_000);
});
