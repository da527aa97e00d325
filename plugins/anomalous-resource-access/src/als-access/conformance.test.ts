import { algorithmChecks } from '@byoml/core/testkit';
import { describe, test } from 'vitest';
import { compat, tenants } from './als.test.fixture.ts';
import { alsAccess } from './definition.ts';

const { train, intra, inter } = tenants(1, 0.25);
const fixture = { training: train, usual: intra.filter((_, i) => i % 9 === 0), odd: inter.filter(({ resource }, i) => resource !== 'ffa' && i % 20 === 0), can: { explain: true } } as const;

describe.each([
  ['tuned', {}, 'isolated'],
  ['compat', compat, 'joint'],
  ['explicit', { implicit: false, rank: 10, regularization: 1 }, 'isolated'],
] as const)('als-access %s', (_, settings, scopes) => {
  for (const { name, run } of algorithmChecks(alsAccess, { ...fixture, settings, scopes })) test(name, run);
});
