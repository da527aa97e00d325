import { algorithmChecks } from '@byoml/core/testkit';
import { describe, test } from 'vitest';
import { tenants } from './als.test.fixture.ts';
import { alsAccess } from './definition.ts';

const { train, intra, inter } = tenants(1, 0.25);

/** The default settings and compat are checked with the whole plugin; this is the mode that neither uses. */
const fixture = { training: train, usual: intra.filter((_, i) => i % 9 === 0), odd: inter.filter(({ resource }, i) => resource !== 'ffa' && i % 20 === 0), can: { explain: true, refit: true } } as const;

describe('als-access in explicit mode', () => {
  for (const { name, run } of algorithmChecks(alsAccess, { ...fixture, settings: { implicit: false, rank: 10, regularization: 1 } })) test(name, run);
});
