import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseSettings, withProfile } from './settings.ts';
import { settingsFromText } from './settings-text.ts';

const settings = z.strictObject({
  halfLife: z.string().default('120d').describe('Half-life'),
  steps: z.int().min(1).max(9).default(3).describe('Steps'),
  b: z.union([z.literal('auto'), z.number()]).default('auto').describe('Exponent'),
  tuned: z.boolean().default(false).describe('Tuned'),
  mode: z.enum(['exact', 'hub']).optional().describe('Mode'),
  hosts: z.array(z.string()).default([]).describe('Hosts'),
  weights: z.array(z.number()).optional().describe('Weights'),
  limit: z.number().nullable().default(null).describe('Limit'),
  walk: z.strictObject({ alpha: z.number().default(0.5).describe('Alpha'), beta: z.number().optional().describe('Beta') }).prefault({}).describe('Walk'),
  labels: z.record(z.string(), z.string()).optional().describe('Labels'),
});
const definition = { id: 'access-walk', settings, profiles: { wide: { steps: 5, walk: { alpha: 0.1 } } } };
const refused = (text: RegExp) => expect.objectContaining({ code: 'SETTINGS_INVALID', message: expect.stringMatching(text) });

test('settings are checked and completed with their defaults', () => {
  expect(parseSettings(definition, { steps: 2 })).toMatchObject({ steps: 2, halfLife: '120d', b: 'auto', walk: { alpha: 0.5 } });
});

test.each<[object | null, RegExp]>([
  [{ stepz: 2 }, /^access-walk: setting "stepz": unknown; nearest: steps; allowed: halfLife, steps,/],
  [{ walk: { alfa: 1 } }, /^access-walk: setting "walk.alfa": unknown; nearest: alpha; allowed: alpha, beta/],
  [{ steps: 'two' }, /^access-walk: setting "steps": .*expected/],
  [{ steps: 10 }, /setting "steps": .*<=9/],
  [{ hosts: ['a', 1] }, /setting "hosts.1":/],
  [null, /access-walk: settings: /],
])('%j is refused with component, setting and reason', (input, message) => {
  expect(() => parseSettings(definition, input)).toThrow(refused(message));
});

test('the error carries the address, the path and the allowed names as data', () => {
  expect(() => parseSettings(definition, { stepz: 2 }, 'x/access-walk')).toThrow(expect.objectContaining({ details: expect.objectContaining({ address: 'x/access-walk', path: 'stepz', allowed: expect.arrayContaining(['steps']) }) }));
});

test.each<[string, object]>([
  ['steps=4', { steps: 4 }],
  ['halfLife=30d', { halfLife: '30d' }],
  ['halfLife=a=b', { halfLife: 'a=b' }],
  ['b=auto', { b: 'auto' }],
  ['b=-.5', { b: -0.5 }],
  ['tuned=true', { tuned: true }],
  ['mode=hub', { mode: 'hub' }],
  ['hosts=a, b', { hosts: ['a', 'b'] }],
  ['hosts=', { hosts: [] }],
  ['hosts=["a,b"]', { hosts: ['a,b'] }],
  ['weights=1,2.5', { weights: [1, 2.5] }],
  ['limit=null', { limit: null }],
  ['limit=7', { limit: 7 }],
  ['walk.alpha=.25', { walk: { alpha: 0.25 } }],
  ['walk={"alpha":1}', { walk: { alpha: 1 } }],
  ['labels.team=blue', { labels: { team: 'blue' } }],
])('--set %s gives %j', (text, expected) => {
  expect(settingsFromText(settings, [text])).toEqual(expected);
});

test('several texts are one object', () => {
  expect(settingsFromText(settings, ['walk.alpha=1', 'steps=2', 'walk.beta=3'])).toEqual({ walk: { alpha: 1, beta: 3 }, steps: 2 });
});

test.each<[string[], RegExp]>([
  [['stepz=4'], /"stepz": unknown; nearest: steps; allowed:/],
  [['walk.alfa=4'], /"walk.alfa": unknown; nearest: alpha/],
  [['steps.deep=4'], /"steps.deep": unknown/],
  [['steps=four'], /"steps": expected a number, received "four"/],
  [['steps='], /"steps": expected a number/],
  [['steps=Infinity'], /"steps": expected a number/],
  [['tuned=yes'], /"tuned": expected true or false/],
  [['mode=fast'], /"mode": expected exact, hub/],
  [['b=fast'], /"b": expected/],
  [['steps'], /expected name=value/],
  [['=4'], /expected name=value/],
  [['steps=1', 'steps=2'], /"steps": given twice/],
  [['walk=["'], /"walk": expected JSON/],
  [['__proto__=1'], /unknown/],
  [['labels.__proto__=1'], /unknown/],
  [['constructor.prototype.x=1'], /unknown/],
])('--set %j is refused', (texts, message) => {
  expect(() => settingsFromText(settings, texts)).toThrow(refused(message));
});

test('a text that may be a secret is refused without being repeated', () => {
  const signIn = z.strictObject({ credential: z.union([z.enum(['managed', 'cli']), z.strictObject({ sas: z.string() })]), steps: z.number() });
  for (const text of ['credential=sv=2026&sig=c2VjcmV0', 'steps=AccountName=a;AccountKey=c2VjcmV0', "credential={ sas: 'c2VjcmV0' }"]) {
    expect(() => settingsFromText(signIn, [text])).toThrow(expect.objectContaining({ message: expect.stringMatching(/^settings: setting "\w+": expected .*, received a text that is not shown$/) }));
    expect(() => settingsFromText(signIn, [text])).not.toThrow(/c2VjcmV0/);
  }
});

test('a profile lies under the settings given by hand, group by group', () => {
  expect(withProfile(definition, 'wide', { walk: { beta: 2 } })).toEqual({ steps: 5, walk: { alpha: 0.1, beta: 2 } });
  expect(withProfile(definition, 'wide', { steps: 1 })).toEqual({ steps: 1, walk: { alpha: 0.1 } });
  expect(withProfile(definition, undefined, { steps: 1 })).toEqual({ steps: 1 });
});

test.each(['narrow', 'constructor'])('the profile %s, which is none, is refused with those there are', (profile) => {
  expect(() => withProfile(definition, profile, {})).toThrow(expect.objectContaining({ code: 'PROFILE_UNKNOWN', message: expect.stringMatching(/there are wide/) }));
});

test('a number written as text is the same number', () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (alpha) => {
    expect(settingsFromText(settings, [`walk.alpha=${alpha}`])).toEqual({ walk: { alpha: Number(String(alpha)) } });
  }));
});
