import { z } from 'zod';
import { expect, test } from 'vitest';
import { defineRuleTemplate, type RuleTemplateDefinition } from '../contracts/define.ts';
import type { Alert } from '../contracts/rule.ts';
import { broken } from './check.ts';
import { ruleTemplateChecks, type RuleTemplateFixture } from './rule-template.ts';

const columns = { user: z.string(), score: z.number() };
const alert = (user: string, score: number): Alert => ({ severity: 'low', title: 'High score', message: `${user} scored ${score}.`, entities: { account: user }, score });

const correct = defineRuleTemplate({
  id: 'high-score', summary: 'Alerts on high scores.', title: 'High score', settings: z.strictObject({ least: z.number().default(50).describe('Least score') }),
  attack: ['T1078.002'], falsePositives: ['New staff.'], blindSpots: ['Low scores.'], columns,
  create: ({ least }) => (rows) => [...rows].filter(({ score }) => score >= least).map(({ user, score }) => alert(user, score)),
  kql: ({ least }) => `T | where Score >= ${least}`,
});

const fixture: RuleTemplateFixture = { fires: [[{ user: 'ann', score: 50 }]], silent: [[{ user: 'ann', score: 49 }], []] };
const red = async (over: object, given: RuleTemplateFixture = fixture): Promise<string[]> => [...(await broken(ruleTemplateChecks({ ...correct, ...over } as RuleTemplateDefinition, given))).keys()];

test('a correct rule template keeps every promise', async () => {
  expect(await broken(ruleTemplateChecks(correct, fixture))).toEqual(new Map());
});

let calls = 0;
const rule = (decide: (rows: Iterable<any>) => Iterable<Alert>) => ({ create: () => decide });
const fires = (rows: Iterable<any>) => [...rows].filter(({ score }) => score >= 50);

test.each([
  ['silence', rule(() => []), ['fires on every example that should alert']],
  ['noise', rule((rows) => [...rows].map(({ user, score }) => alert(user, score))), ['stays silent on every example that should not']],
  ['an alert on nothing', rule((rows) => { const all = [...rows]; return all.length === 0 ? [alert('nobody', 1)] : fires(all).map(({ user, score }) => alert(user, score)); }), ['stays silent on every example that should not', 'says nothing of no rows']],
  ['memory between calls', rule((rows) => fires(rows).map(({ user }) => alert(user, calls++))), ['is pure: same rows, same alerts, input untouched']],
  ['a changed row', rule((rows) => fires(rows).map((row) => { row.score += 1; return alert(row.user, 1); })), ['is pure: same rows, same alerts, input untouched']],
  ['an alert without entities', rule((rows) => fires(rows).map(({ user, score }) => ({ ...alert(user, score), entities: {} }))), ['alerts with severity, title, message, entities and a finite score']],
  ['an infinite score', rule((rows) => fires(rows).map(({ user }) => alert(user, Infinity))), ['alerts with severity, title, message, entities and a finite score']],
  ['an unknown severity', rule((rows) => fires(rows).map(({ user, score }) => ({ ...alert(user, score), severity: 'fatal' as never }))), ['alerts with severity, title, message, entities and a finite score']],
  ['no technique', { attack: ['T12'] }, ['names ATT&CK techniques']],
  ['no blind spots', { blindSpots: [] }, ['says what it takes for an attack and what it misses']],
  ['a query that changes', { kql: () => `T | take ${calls++}` }, ['renders the same query from the same settings']],
] as const)('%s turns its check red', async (_name, over, turns) => {
  expect(await red(over)).toEqual(turns);
});

test('examples of both kinds are required, each once', async () => {
  const [first] = fixture.fires as [[]];
  for (const given of [{ ...fixture, fires: [] }, { ...fixture, silent: [] }, { ...fixture, fires: [first, first] }]) expect(await red({}, given)).toEqual(['has examples that fire and examples that stay silent, each once']);
});
