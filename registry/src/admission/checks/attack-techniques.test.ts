import { expect, test } from 'vitest';
import { findings, libraryOf, withManifest } from '../findings.test.fixture.ts';
import { sampleFiles, sampleManifest } from '../sample-package.ts';
import { attackTechniquesCheck } from './attack-techniques.ts';

const template = (sampleManifest['components'] as readonly Readonly<Record<string, unknown>>[]).find(({ kind }) => kind === 'rule-template');
const naming = (...attack: readonly string[]) => findings(attackTechniquesCheck, withManifest({ components: [{ ...template, attack }] }));

test('techniques and sub-techniques in force are accepted', async () => {
  expect(await findings(attackTechniquesCheck, sampleFiles())).toEqual([]);
  expect(await naming('T1003', 'T1003.008', 'T1546.017', 'T1681')).toEqual([]);
  expect(await findings(attackTechniquesCheck, libraryOf({}))).toEqual([]);
});

test('what MITRE withdrew, and what never was, is refused with what replaced it', async () => {
  expect(await naming('T1066', 'T1073', 'T1064', 'T1021.099', 'T9999')).toEqual([
    expect.stringContaining('T1066, which was revoked in favour of T1027.005'),
    expect.stringContaining('T1073, which was revoked in favour of T1574.001'),
    expect.stringContaining('T1064, which was deprecated by MITRE'),
    expect.stringContaining('T1021.099, which is not in Enterprise ATT&CK 18.1'),
    expect.stringContaining('T9999, which is not in Enterprise ATT&CK 18.1'),
  ]);
});
