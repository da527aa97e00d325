import { pluginManifest } from '@byoml/core/plugins';
import { describe, expect, test } from 'vitest';
import type { PublishedVersion } from '../check.ts';
import { findings, libraryOf, withManifest } from '../findings.test.fixture.ts';
import { sampleFiles, sampleManifest } from '../sample-package.ts';
import { capabilityGrowth } from './capability-growth.ts';
import { compatibility } from './compatibility.ts';

type Json = Readonly<Record<string, unknown>>;
const components = sampleManifest['components'] as readonly Json[];
const changed = (kind: string, fields: Json): Json => ({ components: components.map((component) => (component['kind'] === kind ? { ...component, ...fields } : component)) });
const published = (fields: Json = {}, version = '1.1.0'): PublishedVersion => ({ version, packageJson: {}, manifest: pluginManifest.parse({ ...sampleManifest, ...fields }) });
const upgrade = (fields: Json, before: Json = {}) => findings(compatibility, withManifest(fields), { previous: published(before) });
const settings = (before: Json, after: Json) => upgrade(changed('algorithm', { settings: { type: 'object', ...after } }), changed('algorithm', { settings: { type: 'object', ...before } }));
const setting = (before: unknown, after: unknown) => settings({ properties: { x: before } }, { properties: { x: after } });

test('the same again, more settings with defaults, more components and new packages are accepted', async () => {
  expect(await upgrade({})).toEqual([]);
  expect(await findings(compatibility, sampleFiles(), { previous: null })).toEqual([]);
  expect(await findings(compatibility, libraryOf({}), { previous: { version: '1.0.0', packageJson: {}, manifest: null } })).toEqual([]);
  expect(await settings({ properties: { a: { type: 'string' } } }, { properties: { a: { type: 'string' }, b: { type: 'string', default: 'x' } }, required: ['b'] })).toEqual([]);
  expect(await upgrade({}, { components: components.slice(0, 1) })).toEqual([]);
});

describe('old settings stay valid', () => {
  test.each([
    [{ type: 'integer' }, { type: 'number' }], [{ type: 'string' }, { type: ['string', 'null'] }], [{ type: 'string' }, { anyOf: [{ type: 'string' }, { type: 'array' }] }], [{ enum: ['a', 'b'] }, { enum: ['a', 'b', 'c'] }],
    [{ enum: ['a'] }, { type: 'string' }], [{ type: 'integer', minimum: 2, maximum: 4 }, { type: 'integer', minimum: 1, maximum: 9 }], [{ type: 'string', pattern: '^a$' }, { type: 'string' }], [{ type: 'string' }, {}], [{ const: 1 }, { enum: [1, 2] }],
    [{ type: 'string', description: 'a', default: '1' }, { type: 'string', description: 'b', default: '2' }],
  ])('%j may become %j', async (before, after) => {
    expect(await setting(before, after)).toEqual([]);
  });

  test.each([
    [{ type: 'number' }, { type: 'integer' }, 'x no longer accepts number'], [{ type: 'string' }, { type: 'number' }, 'x no longer accepts string'], [{}, { type: 'string' }, 'any type'], [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, { type: 'string' }, 'number'],
    [{ enum: ['a', 'b'] }, { enum: ['a'] }, 'x no longer accepts "b"'], [{ type: 'string' }, { type: 'string', enum: ['a'] }, 'other values'], [{ type: 'integer', minimum: 1 }, { type: 'integer', minimum: 2 }, 'stricter minimum'],
    [{ type: 'integer' }, { type: 'integer', maximum: 9 }, 'stricter maximum'], [{ type: 'string' }, { type: 'string', pattern: '^a$' }, 'stricter pattern'], [{ type: 'string' }, { type: 'string', format: 'date' }, 'stricter format'],
    [{ type: 'array', items: { type: 'string' } }, { type: 'array', items: { type: 'number' } }, 'x[] no longer accepts string'],
    [{ type: 'object', properties: { y: { type: 'string' } } }, { type: 'object', properties: { y: { type: 'number' } } }, 'x.y no longer accepts string'],
  ])('%j may not become %j', async (before, after, message) => {
    expect(await setting(before, after)).toEqual([expect.stringContaining(message)]);
  });

  test.each([
    ['a setting that is gone', { properties: { x: {} } }, { properties: {} }, 'setting x is gone'],
    ['a setting that became required', { properties: { x: {} } }, { properties: { x: {} }, required: ['x'] }, 'setting x became required'],
    ['a new one that is required', { properties: {} }, { properties: { y: {} }, required: ['y'] }, 'setting y became required'],
    ['other settings that are no longer accepted', { properties: {} }, { properties: {}, additionalProperties: false }, 'no longer accepts other properties'],
  ])('%s', async (_, before, after, message) => {
    expect(await settings(before, after)).toEqual([expect.stringContaining(message)]);
  });

  test('a setting named like a method of objects is looked for among the settings', async () => {
    expect(await settings({ properties: { constructor: { type: 'string' } } }, { properties: {} })).toEqual([expect.stringContaining('setting constructor is gone')]);
  });

  test('schemas that are nested for ever are not followed for ever', async () => {
    const nested = (leaf: Json) => Array.from({ length: 200 }).reduce<Json>((inner) => ({ type: 'array', items: inner }), leaf);
    expect(await setting(nested({ type: 'string' }), nested({ type: 'number' }))).toEqual([]);
  });
});

const columns = (properties: Json, required: readonly string[] = []): Json => ({ type: 'object', properties, required });

describe('columns', () => {
  test.each([
    ['of the input do not become required', 'algorithm', { input: columns({ a: {}, b: {} }, ['a']) }, { input: columns({ a: {}, b: {} }, ['a', 'b']) }, 'column b became required'],
    ['of the input are not asked for anew', 'algorithm', { input: columns({ a: {} }) }, { input: columns({ a: {}, c: {} }, ['c']) }, 'column c became required'],
    ['of a rule are not asked for anew', 'rule-template', { columns: columns({ a: {} }) }, { columns: columns({ a: {}, c: {} }, ['c']) }, 'column c became required'],
    ['of the output do not vanish', 'algorithm', { output: columns({ a: {}, b: {} }) }, { output: columns({ a: {} }) }, 'output column "b" is gone'],
    ['of the output keep their type', 'algorithm', { output: columns({ a: { type: 'integer' } }) }, { output: columns({ a: { type: 'string' } }) }, 'output column "a" can be string'],
    ['of the output stay certain', 'algorithm', { output: columns({ a: {} }, ['a']) }, { output: columns({ a: {} }) }, 'output column "a" may be absent'],
  ])('%s', async (_, kind, before, after, message) => {
    expect(await upgrade(changed(kind, after), changed(kind, before))).toEqual([expect.stringContaining(message)]);
  });

  test('of the output may become more, and narrower', async () => {
    expect(await upgrade(changed('algorithm', { output: columns({ a: { type: 'integer' }, b: {} }) }), changed('algorithm', { output: columns({ a: { type: 'number' } }) }))).toEqual([]);
  });
});

test('components, profiles and the plugin itself do not vanish', async () => {
  expect(await upgrade({ components: components.slice(1) })).toEqual([expect.stringContaining('algorithm "quiet-hours" is gone')]);
  expect(await upgrade(changed('algorithm', { profiles: {} }))).toEqual([expect.stringContaining('profile ":careful" is gone')]);
  expect(await findings(compatibility, libraryOf({}), { previous: published() })).toEqual([expect.stringContaining('this one is none')]);
});

test.each([['1.2.0', '1.2.1', 1], ['1.2.0', '1.3.0', 1], ['1.2.0', '2.0.0', 0], ['0.1.0', '0.1.1', 1], ['0.1.0', '0.2.0', 0], ['2.0.0', '1.9.9', 0], ['2.0.0-rc.1', '2.0.0', 1]])('from %s to %s', async (before, now, count) => {
  expect(await findings(compatibility, withManifest({ components: components.slice(1) }), { previous: published({}, before), version: now })).toHaveLength(count);
});

test('capabilities that grow are told and do not refuse', async () => {
  expect(capabilityGrowth.enforced).toBe(false);
  const grown = (capabilities: Json) => findings(capabilityGrowth, withManifest({ capabilities }), { previous: published() });
  expect(await grown({ hosts: ['intel.example', 'evil.example'], read: ['/data'], env: ['TOKEN'], wallMs: 70_000, memoryMb: 1 })).toEqual(['read: /data', 'hosts: evil.example', 'env: TOKEN', 'wallMs: 70000', 'memoryMb: 1'].map((what) => expect.stringContaining(`asks for ${what}`)));
  expect(await grown({ hosts: [], wallMs: 10 })).toEqual([]);
  expect(await findings(capabilityGrowth, sampleFiles())).toEqual([]);
});
