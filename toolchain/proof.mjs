// `npm run proof`: the full counts behind the promises, one row each in docs/proofs.md. Resumable: a row of this commit is not run again.
// `npm run proof -- runs budget` runs only rows whose names begin so.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));
const page = 'docs/proofs.md';
const head = `# Proofs

Made by \`npm run proof\` with the full counts; the same tests run with smaller counts in \`npm test\`. A row says at which commit it was run,
with which seeds, and what came out. Real data (apj, emea, fire2, email) may not be shipped: those rows need it beside the repository.

| proof | commit | seeds | result |
|---|---|---|---|
`;
const properties = ['core/src', 'plugins/anomalous-resource-access/src/graph', 'plugins/anomalous-resource-access/src/access-walk/exact.test.ts', 'plugins/anomalous-resource-access/src/access-walk/learned.test.ts', 'plugins/duckdb/src/formats.test.ts', 'plugins/duckdb/src/line-filter.test.ts'];
const propertySeeds = [11, 12, 13];
const killSeed = 973185;

const git = (...args) => spawnSync('git', args, { encoding: 'utf8' }).stdout.trim();
const commit = git('rev-parse', '--short', 'HEAD');
const dirty = git('status', '--porcelain', '--', '.', `:!${page}`) !== '';

function run(args, env = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, NO_COLOR: '1', BYOML_TIER: 'ci', ...env } });
  if (status !== 0) throw new Error(`${args.join(' ')}\n${stdout.slice(-4000)}${stderr.slice(-4000)}`);
  return stdout;
}
const vitest = (files, env) => /\d+ passed, 0 failed, \d+ skipped/.exec(run(['node_modules/vitest/vitest.mjs', 'run', ...files], env))?.[0];

/** Runs tests that write what they measured, one JSON line each, to the file named by BYOML_PROOF. */
function figures(files, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'byoml-proof-'));
  try {
    const path = join(folder, 'figures.jsonl');
    const counts = vitest(files, { BYOML_PROOF: path, ...env });
    return `${existsSync(path) ? readFileSync(path, 'utf8').trim().replaceAll('\n', ' · ').replaceAll(/["{}]/g, '').replaceAll(/(\d\.\d{4})\d+/g, '$1') : 'no real data here'} (${counts})`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const proofs = {
  'access-walk and compat on real accesses, credential swap, mean AUC': { seeds: '1–20 (apj, email 10; fire2 5)', prove: () => figures(['plugins/anomalous-resource-access/src/quality.test.ts']) },
  'demo: campaigns found of 10, 20 other seeds (mean ≥ 8.5, worst ≥ 7, chance ≤ 5)': { seeds: '201–220', prove: () => figures(['test/demo.test.ts'], { BYOML_DEMO_SEEDS: Array.from({ length: 20 }, (_, i) => 201 + i).join(',') }) },
  'a budget of 10 a day: 8 generated companies of 400 accounts over 80 days, 10 campaigns each, and real e-mail over 90 days': { seeds: '1–8', prove: () => figures(['test/budget.test.ts'], { BYOML_BUDGET_SEEDS: '1,2,3,4,5,6,7,8' }) },
  'an export that begins on the day of the installation: 20-day means from working day 11 on, 5 generated companies': { seeds: '1–5', prove: () => figures(['test/cold-start.test.ts'], { BYOML_COLD_SEEDS: '1,2,3,4,5' }) },
  'runs: 50 kills at random moments and each write boundary, 400 days of backlog, late data, faults': { seeds: String(killSeed), prove: () => vitest(['test/kill-runs.test.ts', 'test/runs.test.ts', 'test/run-faults.test.ts', 'test/late-data.test.ts'], { BYOML_KILLS: '50', BYOML_PROPERTY_SEED: String(killSeed) }) },
  'delivery: 200 kills of a process whose sinks err, delay and send twice, half of them between two writes, the others at random moments': { seeds: String(killSeed), prove: () => vitest(['core/src/workspace/deliver-kills.test.ts'], { BYOML_KILLS: '200', BYOML_PROPERTY_SEED: String(killSeed) }) },
  'results to Log Analytics: 200 kills of the real command at random moments, and each kind of write boundary, while the service errs, delays and takes twice': { seeds: String(killSeed), prove: () => vitest(['test/sink-kills.test.ts'], { BYOML_KILLS: '200', BYOML_PROPERTY_SEED: String(killSeed) }) },
  'soak: 30 days of hourly runs through outages, late and repeated records, spoilt files and renamed columns': { seeds: '1–3', prove: () => [1, 2, 3].map((seed) => vitest(['test/soak.test.ts'], { BYOML_SOAK_DAYS: '30', BYOML_PROPERTY_SEED: String(seed) })).join(' · ') },
  'als-access compat against the reference run (settled 20)': { seeds: '0–9', prove: () => figures(['test/oracles.test.ts']) },
  'property and fuzz tests, three seeds': { seeds: propertySeeds.join(', '), prove: () => propertySeeds.map((seed) => vitest(properties, { BYOML_PROPERTY_SEED: String(seed) })).join(' · ') },
  'crafted bad inputs, end to end': { seeds: '', prove: () => vitest(['test/bad-inputs.test.ts']) },
  'registry: 50 kills of a real server at random moments and each write boundary, with metadata and cards': { seeds: '', prove: () => vitest(['test/registry-kills.test.ts'], { BYOML_KILLS: '50', BYOML_TIER: 'ci' }) },
  'signed models, both ways with the OpenSSF\'s model_signing (needs it in Python: BYOML_PYTHON)': { seeds: '', prove: () => vitest(['test/models-openssf.test.ts']) },
  'kill -9 at every write boundary of a model folder': { seeds: '', prove: () => vitest(['core/src/models/crash.test.ts', 'registry']) },
  'clean clone starts with the oldest and the newest npm': { seeds: '', prove: () => run(['toolchain/start-check.mjs']).trim().replaceAll('\n', ' · ') },
  'benchmarks (docs/performance.md)': { seeds: '', prove: () => `${run(['--conditions=@byoml/source', 'test/bench/run.ts']).match(/\| kept \|/g)?.length} figures kept` },
};

const rows = new Map(existsSync(page) ? [...readFileSync(page, 'utf8').matchAll(/^\| ([^|]+) \| (\w+\*?) \|.*$/gm)].map(([row, name, at]) => [name, { row, at }]) : []);
const wanted = process.argv.slice(2);
for (const [name, { seeds, prove }] of Object.entries(proofs)) {
  if (wanted.length > 0 && !wanted.some((word) => name.startsWith(word))) continue;
  const mark = dirty ? `${commit}*` : commit;
  if (rows.get(name)?.at === commit && !dirty) continue;
  console.error(`proving: ${name}`);
  rows.set(name, { at: mark, row: `| ${name} | ${mark} | ${seeds} | ${prove()} |` });
  writeFileSync(page, `${head}${Object.keys(proofs).flatMap((each) => rows.get(each)?.row ?? []).join('\n')}\n`);
}
