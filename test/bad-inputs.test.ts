import { rmSync } from 'node:fs';
import { catalogue } from '@byoml/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { badData } from './bad-data.ts';
import { algorithm, contents, newPlace, places, run, type BadInput, type Call } from './bad-input.ts';
import { badModels } from './bad-models.ts';
import { badPlugins } from './bad-plugins.ts';
import { badUsage } from './bad-usage.ts';
import { inCi } from './tier.ts';

const cases: readonly BadInput[] = [...badData, ...badUsage, ...badModels, ...badPlugins];
/** The first of every code and every sixth after it, about a third of all; CI takes all. */
const always = new Set([...Map.groupBy(cases, ({ code }) => code).values()].flatMap((ofCode) => ofCode.filter((_, i) => i % 6 === 0)));

let model: string;
beforeAll(async () => {
  const place = newPlace();
  const trained = await run({ args: ['train', '--algorithm', algorithm, '--data', place.accesses, '--model', place.model] }, place);
  if (trained.exit !== 0) throw new Error(`no sound model: ${trained.stdout}${trained.stderr}`);
  model = place.model;
}, 60_000);

afterAll(() => {
  for (const dir of places) rmSync(dir, { recursive: true, force: true });
});

test('there are forty cases or more, each of its own name', () => {
  expect(cases.length).toBeGreaterThanOrEqual(40);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});

describe.concurrent('each bad input', () => {
  const check = async ({ code, exit, says, call }: BadInput): Promise<void> => {
    const place = newPlace(model);
    const made = await call(place);
    const before = contents(place.dir);
    const outcome = await run(Array.isArray(made) ? { args: made as readonly string[] } : (made as Call), place);
    expect(outcome.stdout).toMatch(/^\{.*\}\n$/);
    const document = JSON.parse(outcome.stdout) as { error: { code: string; message: string; hint: string; details: object } };
    expect(document.error).toMatchObject({ code, hint: catalogue[code].hint });
    expect(Object.keys(document)).toEqual(['error']);
    expect(Object.keys(document.error)).toEqual(['code', 'message', 'hint', 'details']);
    expect(document.error.message).toMatch(says);
    expect(document.error.details).toBeTypeOf('object');
    expect([outcome.exit, catalogue[code].exit]).toEqual([exit, exit]);
    expect(contents(place.dir), 'nothing half-written').toEqual(before);
  };
  test.for(cases.filter((one) => always.has(one)))('$name → $code', { timeout: 60_000 }, check);
  test.skipIf(!inCi).for(cases.filter((one) => !always.has(one)))('$name → $code (CI tier)', { timeout: 60_000 }, check);
});
