import { aRun } from '@byoml/core/testkit';
import { randomFrom } from '@byoml/core/random';
import { expect, test } from 'vitest';
import { pacer } from '../graph/pacer.ts';
import { accesses, stream, tenants, type AccessRow } from './als.test.fixture.ts';
import { candidateRanks, rankChoice } from './choose-rank.ts';
import { alsAccess } from './definition.ts';
import { readLikelihoods } from './likelihoods.ts';
import { resolved } from './settings.ts';

async function chosen(rows: readonly AccessRow[], given: object = {}): Promise<{ rank: number; sweeps: number; planned: number }> {
  const settings = resolved(alsAccess.settings.parse(given));
  const scopes = await readLikelihoods(stream(accesses(rows)), settings, aRun());
  let sweeps = 0;
  const choice = rankChoice(scopes, settings, 1);
  const rank = await choice.choose({ seed: 1, pace: pacer(aRun()), swept: () => void sweeps++ });
  return { rank, sweeps, planned: choice.trials * settings.maxIterations };
}

/** Teams whose members use three quarters of their team's resources. */
function teams(count: number): AccessRow[] {
  const random = randomFrom(3);
  return Array.from({ length: count * 64 }, (_, i) => ({ team: Math.floor(i / 64), member: i % 8, resource: Math.floor(i / 8) % 8 }))
    .filter(() => random.next() < 0.75)
    .map(({ team, member, resource }) => ({ user: `u${team}-${member}`, resource: `r${team}-${resource}` }));
}

test('three departments need three factors', async () => {
  expect((await chosen(tenants(1, 0.25).train)).rank).toBe(3);
});

test('twenty teams need more than ten', async () => {
  expect((await chosen(teams(20))).rank).toBe(20);
});

test('what choosing costs is known before it starts', async () => {
  const { sweeps, planned } = await chosen(teams(4));
  expect([sweeps, planned]).toEqual([25 * candidateRanks.length, 25 * candidateRanks.length]);
});

test('a rank that is given, or too little to hide, costs nothing', async () => {
  expect(await chosen(teams(4), { rank: 7 })).toEqual({ rank: 7, sweeps: 0, planned: 0 });
  expect(await chosen([{ user: 'a', resource: 'x' }, { user: 'b', resource: 'x' }])).toEqual({ rank: 3, sweeps: 0, planned: 0 });
});
