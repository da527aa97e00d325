import fc from 'fast-check';
import type { IngestionFault } from '@byoml/fixtures/logs-ingestion';
import { aRun } from '@byoml/core/testkit';
import { expect, test } from 'vitest';
import { aDouble, aReceipt, aSink, quickTime, results, tableOf } from './rig.test.fixture.ts';
import { inCi } from './tier.test.fixture.ts';

const passing: readonly IngestionFault[] = ['reset', 'half answer', 'answer lost', { status: 500 }, { status: 503 }, { status: 429, headers: { 'retry-after': '1' } }, { status: 413 }, { status: 400 }, { status: 401 }];
const final: readonly IngestionFault[] = [{ status: 403 }, { status: 404 }, { status: 503, headers: { 'retry-after': '4000' } }];
const faults = fc.array(fc.oneof({ weight: 60, arbitrary: fc.constant<IngestionFault>('none') }, { weight: 38, arbitrary: fc.constantFrom(...passing) }, { weight: 2, arbitrary: fc.constantFrom(...final) }), { minLength: 60, maxLength: 60 });

test(`whatever the faults: each row is accepted, refused or left, once, and all that was accepted is at the service${inCi ? ' (CI tier)' : ''}`, async () => {
  await fc.assert(fc.asyncProperty(faults, fc.uniqueArray(fc.nat(69), { maxLength: 2 }), async (given, guilty) => {
    await using double = await aDouble({ faultOf: ({ number }) => given[number - 1] ?? 'none' });
    const { told, ...receipt } = aReceipt();
    const rows = results(70, (n) => ({ message: 'm'.repeat(60_000), ...(guilty.includes(n) && { revision: 0.5 }) }));
    const outcome = await aSink({ double, time: quickTime() }).sink.write(tableOf(rows, 10), aRun(), receipt).then(({ rows: accepted }) => accepted, (thrown: { readonly code: string }) => thrown.code);
    const stored = new Set(double.rows().map(({ RecordId }) => RecordId));
    expect([...told.accepted].filter((row) => !stored.has(`r${row}`))).toEqual([]);
    expect([...told.accepted].filter((row) => guilty.includes(row))).toEqual([]);
    const left = 70 - told.accepted.size - told.refused.size;
    expect([told.accepted.size, 'ROLE_MISSING', 'RESOURCE_UNKNOWN', 'SERVICE_UNAVAILABLE', 'CREDENTIAL_INVALID']).toContain(outcome);
    expect(left === 0 || typeof outcome === 'string').toBe(true);
    expect(typeof outcome === 'string' || guilty.every((row) => told.refused.has(row))).toBe(true);
  }), { numRuns: inCi ? 150 : 15 });
});
