import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { distinctRows, startLogsIngestionProcess, storedRows, type IngestionProcess } from '@byoml/fixtures/logs-ingestion';
import { expect, test } from 'vitest';
import { ruleId, stream } from './rig.test.fixture.ts';
import { anomalyColumns } from './table-schema.ts';

/** Runs the sink in a process that trusts the service by NODE_EXTRA_CA_CERTS alone and signs in as a managed identity; `killAt`: as soon as so many rows are accepted. */
async function deliver(double: IngestionProcess, folder: string, { rows, killAt = Infinity }: { readonly rows: number; readonly killAt?: number }): Promise<{ readonly accepted: number; readonly ended: unknown }> {
  const settings = { endpoint: double.url, ruleId, stream, credential: 'managed', patienceSeconds: 30 };
  const env = { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'), ...double.identity };
  const child = spawn(process.execPath, ['--conditions=@byoml/source', join(import.meta.dirname, 'logs-ingestion.test.child.ts'), JSON.stringify(settings), String(rows)], { stdio: ['ignore', 'pipe', 'inherit'], env });
  const ended = once(child, 'close');
  let accepted = 0;
  createInterface(child.stdout).on('line', () => {
    if (++accepted >= killAt) child.kill('SIGKILL');
  });
  const [code, signal] = (await ended) as [number | null, string | null];
  return { accepted, ended: code ?? signal };
}

test('a process that is killed while it delivers, and another after it, to a service that errs: every row is there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'byoml-ingestion-'));
  const file = join(folder, 'stored.jsonl');
  const [rows, half] = [3000, { status: 500 }];
  await using double = await startLogsIngestionProcess({ rules: { [ruleId]: { [stream]: anomalyColumns } }, file, faults: { 2: 'answer lost', 3: half }, chance: { seed: 7, rate: 0.2, kinds: ['half answer', 'reset', half] } });
  await writeFile(join(folder, 'ca.pem'), double.certificate.certificate);
  const first = await deliver(double, folder, { rows, killAt: 300 });
  const between = (await storedRows(file)).length;
  const second = await deliver(double, folder, { rows });
  const stored = await storedRows(file);
  await rm(folder, { recursive: true });
  expect(first.ended).toBe('SIGKILL');
  expect(between).toBeGreaterThanOrEqual(300);
  expect(second).toEqual({ accepted: rows, ended: 0 });
  expect(new Set(distinctRows(stored).map(({ RecordId }) => RecordId))).toEqual(new Set(Array.from({ length: rows }, (_, n) => `r${n}`)));
  expect(stored.length).toBeGreaterThan(rows);
});
