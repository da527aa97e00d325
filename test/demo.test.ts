import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');
const budget = 10;
/** CI takes three seeds (`.ci/run`); `npm run proof` twenty others. */
const seeds = (process.env['BYOML_DEMO_SEEDS'] ?? '7').split(',').map(Number);

interface Demo {
  readonly seconds: number; readonly events: number; readonly candidates: number; readonly dataDir: string; readonly truth: string; readonly report: string;
  readonly queue: ReadonlyArray<{ day: string; rank: number; entity: string; kind: string; users: string[]; sourceHosts: string[]; resources: string[]; surprise: number; oneIn: number; sentence: string }>;
  readonly campaigns: { planted: number; found: number; chance: number };
  readonly worstMiss: { campaign: string; found: boolean; why: string } | null;
}
interface Planted { readonly campaign: string; readonly user: string; readonly day: string; readonly sourceHost: string }

function demo(seed: number): Demo {
  const { status, stdout, stderr } = spawnSync(process.execPath, [byoml, 'demo', '--seed', String(seed), '--json'], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  return JSON.parse(stdout) as Demo;
}

/** The campaigns that an incident names, by its account or source host, on a day they acted: joined here, not by the command. */
function campaignsFound({ queue, truth }: Demo): { planted: number; found: string[]; days: Set<string> } {
  const rows = readFileSync(truth, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Planted);
  const named = new Set(queue.map(({ day, entity }) => `${day} ${entity}`));
  const found = new Set(rows.filter(({ day, user, sourceHost }) => named.has(`${day} ${user}`) || named.has(`${day} ${sourceHost}`)).map(({ campaign }) => campaign));
  return { planted: new Set(rows.map(({ campaign }) => campaign)).size, found: [...found], days: new Set(rows.map(({ day }) => day)) };
}

const found: number[] = [];

describe.each(seeds)('the demo on the generated enterprise of seed %i', (seed) => {
  let shown: Demo;
  let truth: ReturnType<typeof campaignsFound>;
  beforeAll(() => {
    shown = demo(seed);
    truth = campaignsFound(shown);
    found.push(truth.found.length);
  }, 600_000);
  afterAll(() => rmSync(dirname(shown.dataDir), { recursive: true, force: true }), 60_000);

  test('names most of the planted campaigns, far more than a blind queue', () => {
    if (process.env['BYOML_PROOF']) appendFileSync(process.env['BYOML_PROOF'], `${JSON.stringify({ seed, found: truth.found.length, chance: shown.campaigns.chance, seconds: shown.seconds })}\n`);
    expect(truth.planted).toBe(10);
    expect(truth.found.length).toBeGreaterThanOrEqual(seed === 7 ? 9 : 7);
    expect(shown.campaigns).toMatchObject({ planted: truth.planted, found: truth.found.length });
    expect(shown.campaigns.chance).toBeLessThanOrEqual(5);
  });

  test('has a queue within the budget for every replayed day on which a campaign acts', () => {
    const perDay = new Map<string, number[]>();
    for (const { day, rank } of shown.queue) perDay.set(day, [...(perDay.get(day) ?? []), rank]);
    for (const ranks of perDay.values()) expect(ranks).toEqual(ranks.map((_, at) => at + 1).slice(0, budget));
    for (const day of truth.days) expect([...perDay.keys()]).toContain(day);
  });

  test('says of every entry who, what, how rare and why', () => {
    for (const { day, kind, entity, users, sourceHosts, resources, oneIn, surprise, sentence } of shown.queue) {
      expect(day).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      expect(kind === 'account' ? users : sourceHosts).toContain(entity);
      expect(resources.length).toBeGreaterThan(0);
      expect(oneIn).toBeGreaterThanOrEqual(1);
      expect(surprise).toBeGreaterThan(0);
      expect(sentence).toContain(entity);
      expect(entity).not.toMatch(/svc-/);
    }
  });

  test('tells its worst case and why, and writes a report that says the data is generated', () => {
    expect(shown.worstMiss?.why).toMatch(shown.worstMiss?.found ? /^found, but only just: / : /^missed: /);
    expect(truth.found.includes(shown.worstMiss?.campaign ?? '')).toBe(shown.worstMiss?.found);
    expect(existsSync(shown.report)).toBe(true);
    expect(readFileSync(shown.report, 'utf8')).toMatch(/generated data, not real/i);
    expect(shown.seconds).toBeLessThan(600); // a hang, not a promise: `npm run bench` has that
    expect(shown.events).toBeGreaterThan(shown.candidates);
  });
});

test('over all seeds 8.5 of 10 campaigns are found on average', () => {
  expect(found).toHaveLength(seeds.length);
  expect(found.reduce((sum, one) => sum + one, 0) / found.length).toBeGreaterThanOrEqual(8.5);
});

test('a seed that is none is refused', () => {
  expect(() => demo(-1)).toThrow(/USAGE_INVALID/);
});
