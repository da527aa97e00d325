import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { advisoriesText, importedText, keyRolesText, rebuiltText, verificationText } from './registry.ts';

const plain = (text: string): string[] => stripVTControlCharacters(text).split('\n');

test('what verify found is told with its place, and what is out of date apart from it', () => {
  expect(plain(verificationText({ ok: true, events: 1200, packages: 1, versions: 2, findings: [], expired: ['timestamp'] }))).toEqual(['✓ everything holds: 1,200 events, 1 package, 2 versions', '! out of date: timestamp; clients wait for the next signature']);
  expect(plain(verificationText({ ok: false, events: 3, packages: 1, versions: 2, findings: [{ where: 'v1/log/000001.jsonl:2', message: 'a line was changed' }], expired: [] }))).toEqual(['✗ 1 finding in 3 events, 1 package, 2 versions', '  v1/log/000001.jsonl:2: a line was changed']);
});

test('a rebuild that changed nothing says so, another one what', () => {
  expect(plain(rebuiltText({ packages: 2, changed: [] }))).toEqual(['✓ nothing was wrong in 2 packages']);
  expect(plain(rebuiltText({ packages: 1, changed: ['npm/@acme/odd'] }))).toEqual(['made anew, of 1 package:', '  npm/@acme/odd']);
});

test('advisories that count no more say why', () => {
  const says = { severity: 'high' as const, expires: '2030-01-01T00:00:00Z', reason: 'sends names', affected: { name: '@acme/odd', versions: '1.0.0' } };
  expect(plain(advisoriesText([{ id: 'adv-1', counts: true, says }, { id: 'adv-2', counts: false, because: 'it ended', says: {} }]))).toEqual([expect.stringMatching(/^adv-1 +high +@acme\/odd@1\.0\.0 .* sends names$/), expect.stringMatching(/^adv-2 .* it ended$/)]);
  expect(plain(advisoriesText([]))).toEqual(['no advisories']);
});

test('roles show how many of their keys have to sign', () => {
  expect(plain(keyRolesText([{ role: 'root', keys: ['aa', 'bb', 'cc'], threshold: 2, version: 3, expires: '2030-01-01T00:00:00Z' }]))).toEqual(['root  2 of 3  version 3  until 2030-01-01T00:00:00Z', '  aa', '  bb', '  cc']);
});

test('an import tells what was refused, and what a person has to look at', () => {
  const lines = plain(importedText({ ok: false, imported: ['@acme/odd@1.0.0'], held: ['@acme/odd@1.0.0'], present: 2, refused: [{ name: '@acme/odd', version: '2.0.0', message: 'other bytes are there' }], advisories: [], expired: [] }));
  expect(lines).toEqual(['1 version taken over, 2 there already', expect.stringContaining('registry promote @acme/odd@1.0.0'), '  ✗ @acme/odd@2.0.0: other bytes are there']);
});
