import { expect, test } from 'vitest';
import { parseAddress, parsePluginName } from './address.ts';

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
