import { expect, test } from 'vitest';
import { manifestOf } from './offer.test.fixture.ts';
import { settingsDifference } from './settings-difference.ts';

const between = (before: object, after: object, required: readonly string[] = []) =>
  settingsDifference(manifestOf('1.0.0', {}, { type: 'object', properties: before }), manifestOf('2.0.0', {}, { type: 'object', properties: after, required }));
const of = (setting: string, more: object) => [{ component: 'rare-hour', setting, ...more }];

test('settings that stay are not named', () => {
  expect(between({ a: { type: 'string', default: 'x', description: 'One' } }, { a: { type: 'string', default: 'x', description: 'Another word' } })).toEqual([]);
});

test.each<[string, object, object, readonly string[], object[]]>([
  ['one that is new', {}, { a: { default: 3 } }, [], of('a', { change: 'added', after: 3 })],
  ['one that is new and required', {}, { a: {} }, ['a'], [...of('a', { change: 'added', after: undefined }), ...of('a', { change: 'now required' })]],
  ['one that is gone', { a: {} }, {}, [], of('a', { change: 'removed' })],
  ['another default', { a: { default: '30d' } }, { a: { default: '7d' } }, [], of('a', { change: 'default', before: '30d', after: '7d' })],
  ['one that is required now', { a: {} }, { a: {} }, ['a'], of('a', { change: 'now required' })],
  ['other values', { a: { enum: ['x', 'y'] } }, { a: { enum: ['x'] } }, [], of('a', { change: 'values', before: { enum: ['x', 'y'] }, after: { enum: ['x'] } })],
])('%s is named', (_, before, after, required, expected) => {
  expect(between(before, after, required)).toEqual(expected);
});

test('settings of components that only one version has are not compared', () => {
  expect(settingsDifference(manifestOf('1.0.0'), manifestOf('2.0.0', { components: [] }))).toEqual([]);
});
