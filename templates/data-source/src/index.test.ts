import { fileURLToPath } from 'node:url';
import { aRun, pluginChecks, readRows, type DataSourceFixture } from '@byoml/core/testkit';
import { describe, expect, test } from 'vitest';
import plugin, { sshLogins } from './index.ts';

const path = fileURLToPath(new URL('./auth.test.log', import.meta.url));
const fixture: DataSourceFixture = { settings: { path }, missing: { path: `${path}.none` }, rows: 3 };

describe('keeps every promise of a data source', () => {
  for (const { name, run } of pluginChecks(plugin, { 'data-source/ssh-logins': fixture })) test(name, run);
});

test('gives the logins of the window, and nothing else', async () => {
  const scan = await sshLogins.create({ path }, {}).scan({ from: new Date('2026-11-24'), to: new Date('2026-11-25') }, aRun());
  const found = scan.kind === 'batches' ? await readRows(scan.batches) : [];
  expect(found).toEqual([
    { user: 'ann', resource: 'web1', address: '10.0.0.5', at: Date.parse('2026-11-24T08:12:01.5Z') },
    { user: 'bob', resource: 'web1', address: '10.0.0.7', at: Date.parse('2026-11-24T22:40:00Z') },
  ]);
});
