import fc from 'fast-check';
import { expect, test } from 'vitest';
import { componentAddress, parseAddress, parsePluginName } from './address.ts';

test.each([
  ['files/table', { plugin: '@byoml/files', component: 'table' }],
  ['@acme/odd/odd-rule', { plugin: '@acme/odd', component: 'odd-rule' }],
  ['anomalous-resource-access/als-access:compat', { plugin: '@byoml/anomalous-resource-access', component: 'als-access', profile: 'compat' }],
  ['@acme/odd/rule@1.2.3', { plugin: '@acme/odd', component: 'rule', version: '1.2.3' }],
  ['odd/rule@^1.2:wide', { plugin: '@byoml/odd', component: 'rule', version: '^1.2', profile: 'wide' }],
])('%s is an address', (text, address) => {
  expect(parseAddress(text)).toEqual(address);
});

test.each(['', 'files', '@acme/odd', '/table', 'files/', 'files/Table', 'files/table@', 'files/table@x y', 'files/table:', 'files/table:Wide', '../files/table', 'files//table', '@a/b/c/d', 'files/table@1@2', `files/${'a'.repeat(500)}`, 'files/table\n'])(
  '%j is not an address', (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'ADDRESS_INVALID' }));
  });

test('a plugin is named with or without its scope', () => {
  expect(['files', '@acme/odd', 'files/table', '@acme/odd/rule', ''].map(parsePluginName)).toEqual(['@byoml/files', '@acme/odd', undefined, undefined, undefined]);
});

test('the short address of a component leads back to it', () => {
  const word = fc.stringMatching(/^[a-z0-9][a-z0-9._~-]{0,20}$/);
  fc.assert(fc.property(word, word, fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/), fc.boolean(), (scope, name, component, ours) => {
    const plugin = `@${ours ? 'byoml' : scope}/${name}`;
    expect(parseAddress(componentAddress(plugin, component))).toEqual({ plugin, component });
  }));
});

const outcome = (text: string): string => {
  try {
    return parseAddress(text).plugin;
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
};

test('any text is an address or refused with one code', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('@', '/', ':', 'a', '1', '.', '-', ' ') })), (text) => {
    expect(outcome(text)).toMatch(/^(@[^/]+\/[^/]+|ADDRESS_INVALID)$/);
  }));
});
