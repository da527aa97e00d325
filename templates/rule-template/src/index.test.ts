import { pluginChecks, type RuleTemplateFixture } from '@byoml/core/testkit';
import { describe, expect, test } from 'vitest';
import plugin, { watchedResource } from './index.ts';

const row = (resource: string, score: number) => ({ user: 'ann', resource, score });

const fixture: RuleTemplateFixture = {
  fires: [[row('\\\\FS1\\hr\\salaries', 70)], [row('\\\\FS1\\wiki', 99), row('\\\\FS1\\board', 99)]],
  silent: [[row('\\\\FS1\\hr\\salaries', 69)], [row('\\\\FS1\\wiki', 99)]],
};

describe('keeps every promise of a rule template', () => {
  for (const { name, run } of pluginChecks(plugin, { 'rule-template/watched-resource': fixture })) test(name, run);
});

test('its query quotes what it is given', () => {
  const settings = watchedResource.settings.parse({ watched: ["it's"], least: 50 });
  expect(watchedResource.kql?.(settings)).toContain("startswith_cs @'it''s'");
});
