import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from '@byoml/core';
import { readYaml } from '@byoml/core/detection-file';
import * as registry from '../index.ts';
import { parsePolicy } from './policy-file.ts';
import { policySchema } from './policy.ts';

const root = join(import.meta.dirname, '../../..');
const text = readFileSync(join(root, 'docs/marketplace.md'), 'utf8');
const blocks = (language: string): string[] => [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block);

/** Every key of a mapping, `*` for names that people choose. */
function keysOf(schema: unknown, path = ''): string[] {
  let at = schema;
  while (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodPrefault) at = at.unwrap();
  if (at instanceof z.ZodRecord) return keysOf(at.valueType, `${path}.*`);
  if (!(at instanceof z.ZodObject)) return [];
  return Object.entries(at.shape as object).flatMap(([key, inner]) => {
    const full = path ? `${path}.${key}` : key;
    return [full, ...keysOf(inner, full)];
  });
}
/** Mappings of which nothing but their keys is said. */
const grouping = new Set(['sigstore', 'require', 'require.capabilities', 'models']);

function keysIn(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const full = path === 'sigstore.identities' ? `${path}.*` : path ? `${path}.${key}` : key;
    return [full, ...keysIn(inner, full)];
  });
}

test('every policy in the document is one, and together they show every key', () => {
  const policies = blocks('yaml');
  expect(policies.length).toBeGreaterThan(1);
  for (const policy of policies) expect(() => parsePolicy(policy, 'policy.yaml')).not.toThrow();
  const shown = new Set(policies.flatMap((policy) => keysIn(readYaml(policy).value)));
  expect(keysOf(policySchema).filter((key) => !shown.has(key))).toEqual([]);
});

test('the table of the policy has every key and no other', () => {
  const table = text.slice(text.indexOf('| key | means | when absent |'), text.indexOf('Keys of plugins are 64'));
  const named = [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, key]) => key);
  expect(named).toEqual(keysOf(policySchema).filter((key) => !grouping.has(key)));
});

test('what the document imports is there', () => {
  const names = blocks('ts').flatMap((block) => [...block.matchAll(/import \{([^}]+)\} from '@byoml\/registry'/g)].flatMap(([, list = '']) => list.split(',').map((name) => name.trim())));
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !Object.hasOwn(registry, name))).toEqual([]);
});
