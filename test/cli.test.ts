import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inCi } from './tier.ts';

const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');
const walk = 'anomalous-resource-access/access-walk';
let folder = '';
/** Of the model of a.csv. */
let digest = '';
const at = (name: string): string => join(folder, name);

const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } => spawnSync(process.execPath, [byoml, ...args], { encoding: 'utf8', cwd: folder, env: { ...process.env, NO_COLOR: '1' } });
const json = (...args: string[]): any => JSON.parse(run(...args, '--json').stdout);

/** Two departments, each with its own resources; `07` must stay `07`. */
const table = ['user,resource,count,note', ...Array.from({ length: 200 }, (_, i) => `0${i % 20},${(i % 20) % 2 ? 'hr' : 'it'}-${(i * 7) % 13},${1 + (i % 3)},"line, ${i}"`)].join('\n') + '\n';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'byoml-cli-'));
  writeFileSync(at('a.csv'), table);
  writeFileSync(at('new.csv'), 'user,resource\n00,hr-1\n00,it-0\nnobody,it-0\n01,nothing\n');
  const { status, stdout, stderr } = run('train', '--algorithm', walk, '--data', 'a.csv', '--model', 'model', '--json');
  if (status !== 0) throw new Error(stderr);
  ({ digest } = JSON.parse(stdout) as { digest: string });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the command-line contract', () => {
  test('train answers model, digest, rows, calibrated and seconds', () => {
    const report = json('train', '--algorithm', walk, '--data', 'a.csv', '--model', 'again');
    expect(report).toEqual({ model: 'again', digest: expect.stringMatching(/^[0-9a-f]{64}$/), rows: 200, calibrated: true, seconds: expect.any(Number), calibrationSeconds: expect.any(Number) });
    expect(report.digest).toBe(digest);
  });

  test('the scored file has the input columns as they were, then four more, in the same order', () => {
    const report = json('score', '--model', 'model', '--data', 'a.csv', '--out', 'scored.csv');
    expect(report).toEqual({ rows: 200, out: 'scored.csv', byStatus: { known: 200 }, seconds: expect.any(Number) });
    const lines = readFileSync(at('scored.csv'), 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('user,resource,count,note,surprise,score,pValue,status');
    for (const [i, line] of table.trimEnd().split('\n').slice(1).entries()) expect(lines[i + 1]).toMatch(new RegExp(`^${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')},[^,]+,[^,]+,[^,]+,known$`));
  });

  test('new users, new resources and new pairs get a status and finite scores', () => {
    run('score', '--model', 'model', '--data', 'new.csv', '--out', 'new.jsonl');
    const rows = readFileSync(at('new.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
    expect(rows.map((row) => row.status)).toEqual([expect.stringMatching(/scored|unconnected/), 'known', 'new-user', 'new-resource']);
    for (const row of rows) for (const name of ['surprise', 'score', 'pValue']) expect(Number.isFinite(row[name])).toBe(true);
  });

  describe('a scored file', () => {
    beforeAll(() => void run('score', '--model', 'model', '--data', 'a.csv', '--out', 'once.csv'));
    const isScoredAgain = (name: string): void => {
      expect(run('score', '--model', 'model', '--data', 'a.csv', '--out', name).status).toBe(0);
      expect(run('score', '--model', 'model', '--data', name, '--out', 'round.csv').status).toBe(0);
      expect(readFileSync(at('round.csv'), 'utf8')).toBe(readFileSync(at('once.csv'), 'utf8'));
    };
    test.each(['out.jsonl.gz', 'out.parquet'])('%s scores again to the same numbers', isScoredAgain);
    test.skipIf(!inCi).each(['out.csv.gz', 'out.jsonl'])('%s scores again to the same numbers (CI tier)', isScoredAgain);
  });

  test('explain gives terms that sum to the total', () => {
    const { explanation, row, status } = json('explain', '--model', 'model', '--data', 'a.csv', '--row', '3');
    expect({ row, status }).toEqual({ row: 3, status: 'known' });
    const sum = explanation.terms.reduce((total: number, term: { value: number }) => total + term.value, 0);
    expect(Math.abs(sum - explanation.total)).toBeLessThanOrEqual(1e-9 * Math.abs(explanation.total));
    expect(explanation.sentence).toMatch(/\w+ .*\./);
  });

  const isRefused = (...args: string[]): void => {
    const { status, stdout } = run(...args, '--json');
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'USAGE_INVALID', message: expect.any(String), hint: expect.any(String), details: expect.any(Object) } });
  };
  test('a wrong flag is an error document with exit status 2', () => isRefused('train', '--algorithm', walk, '--data', 'a.csv', '--model', 'm', '--wrong'));
  test.skipIf(!inCi).each([['trian'], ['train'], ['explain', '--model', 'model', '--data', 'a.csv', '--row', '0']])('%s with a wrong word is an error document with exit status 2 (CI tier)', isRefused);
});

test('progress is JSON lines on stderr with --json, and stdout is one document', () => {
  const { stdout, stderr } = run('train', '--algorithm', walk, '--data', 'a.csv', '--model', 'p', '--json');
  expect(JSON.parse(stdout)).toBeTypeOf('object');
  const lines = stderr.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  expect(lines.filter(({ progress }) => progress).length).toBeGreaterThan(0);
});

test('the same rows as CSV, gzip and JSON Lines give the same model', () => {
  writeFileSync(at('b.csv.gz'), gzipSync(table));
  expect(gunzipSync(readFileSync(at('b.csv.gz'))).toString()).toBe(table);
  const accesses = table.trimEnd().split('\n').slice(1).map((line) => line.split(','));
  writeFileSync(at('b.jsonl'), accesses.map(([user, resource, count]) => `${JSON.stringify({ user, resource, count: Number(count) })}\n`).join(''));
  expect(['b.csv.gz', 'b.jsonl'].map((data) => json('train', '--algorithm', walk, '--data', data, '--model', `same-${data}`).digest)).toEqual([digest, digest]);
});

test('days come from `day`, or from `lastSeen` where there is no day, and make the calibration one by replay', () => {
  const rows = Array.from({ length: 900 }, (_, i) => ({ user: `u${i % 23}`, resource: `r${(i * 7) % 31}`, at: new Date(Date.UTC(2026, 0, 1 + Math.floor(i / 18), 9, i % 60)).toISOString() }));
  writeFileSync(at('day.csv'), `user,resource,day\n${rows.map(({ user, resource, at }) => `${user},${resource},${at.slice(0, 10)}`).join('\n')}\n`);
  writeFileSync(at('seen.csv'), `user,resource,lastSeen\n${rows.map(({ user, resource, at }) => `${user},${resource},${at}`).join('\n')}\n`);
  const [byDay, bySeen] = ['day', 'seen'].map((name) => {
    run('train', '--algorithm', walk, '--data', `${name}.csv`, '--model', `by-${name}`);
    return JSON.parse(readFileSync(at(`by-${name}/manifest.json`), 'utf8'));
  });
  expect([byDay.provisional, byDay.window]).toEqual([false, { from: '2026-01-01', to: '2026-02-20' }]);
  expect([bySeen.provisional, bySeen.window, bySeen.scopes]).toEqual([byDay.provisional, byDay.window, byDay.scopes]);
});

test('Ctrl-C ends a run with 130 and leaves nothing behind', { timeout: 60_000 }, async () => {
  const rows = Array.from({ length: 400_000 }, (_, i) => `u${i % 9973},r${(i * 31) % 19_997}`).join('\n');
  writeFileSync(at('large.csv'), `user,resource\n${rows}\n`);
  const before = readdirSync(folder).sort();
  const child = spawn(process.execPath, [byoml, 'train', '--algorithm', walk, '--data', 'large.csv', '--model', 'stopped', '--json'], { cwd: folder });
  let out = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.once('data', () => child.kill('SIGINT'));
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect([status, JSON.parse(out).error.code]).toEqual([130, 'CANCELLED']);
  expect(readdirSync(folder).sort()).toEqual(before);
});

test('plugins list names every component without running code, and info shows its settings', () => {
  const { components } = json('plugins', 'list');
  expect(components.map(({ address }: { address: string }) => address)).toEqual(expect.arrayContaining(['duckdb/duckdb', 'files/table', walk]));
  expect(run('plugins', 'info', walk).stdout).toContain('halfLife');
});

test('sample cyberml writes the nine files', () => {
  const { files } = json('sample', 'cyberml', '--out', 'sample');
  expect(files).toHaveLength(9);
  expect(readFileSync(at('sample/default-train.csv'), 'utf8')).toBe(readFileSync(join(import.meta.dirname, 'fixtures/cyberml-sample/default-train.csv'), 'utf8'));
});

test('doctor finds this installation healthy', () => {
  expect(json('doctor').healthy).toBe(true);
});

test('doctor advises against account keys where a detection reads with one', () => {
  const detection = (name: string, credential: string): void => writeFileSync(at(`keyed/detections/${name}.yaml`), `version: 1\nname: ${name}\nsource: { use: azure-storage/data-export, settings: { account: acct, table: SecurityEvent, credential: ${credential} } }\nview: anomalous-resource-access/windows-file-shares\nalgorithm: { use: anomalous-resource-access/access-walk }\n`);
  mkdirSync(at('keyed/detections'), { recursive: true });
  detection('identity', 'managed');
  detection('keyed', '{ connectionString: "${secret:STORAGE}" }');
  const { stdout } = spawnSync(process.execPath, [byoml, 'doctor', '--json'], { encoding: 'utf8', cwd: at('keyed'), env: { ...process.env, NO_COLOR: '1' } });
  const { findings } = JSON.parse(stdout);
  expect(findings.filter(({ about }: { about: string }) => about === 'secrets')).toEqual([{ level: 'advice', about: 'secrets', says: expect.stringMatching(/^detections.keyed\.yaml reads with a connection string: prefer an identity/) }]);
});

test('every command has a summary and, where it takes words, an example', () => {
  const { commands } = JSON.parse(readFileSync(join(byoml, '..', '..', 'oclif.manifest.json'), 'utf8'));
  for (const [id, command] of Object.entries<any>(commands)) expect([id, command.summary?.length > 10, command.examples?.length > 0]).toEqual([id, true, true]);
});
