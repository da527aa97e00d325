import { expect, test } from 'vitest';
import { findings, withFields } from '../findings.test.fixture.ts';
import { sampleFiles } from '../sample-package.ts';
import { licence } from './licence.ts';

test.each(['MIT', 'Apache-2.0', '(MIT OR GPL-3.0-only WITH Classpath-exception-2.0)', 'LicenseRef-acme'])('%s', async (license) => {
  expect(await findings(licence, withFields({ license }))).toEqual([]);
});

test.each(['UNLICENSED', 'SEE LICENSE IN LICENSE', 'Apache', 'MIT License', '', undefined, null, 7, { type: 'MIT' }, `MIT${' OR MIT'.repeat(100)}`])('%j is no licence', async (license) => {
  expect(await findings(licence, withFields({ license }))).toEqual([expect.stringContaining('is no SPDX expression')]);
});

test('its text is in the package', async () => {
  const { LICENSE: text = '', ...others } = sampleFiles();
  expect(await findings(licence, others)).toEqual([expect.stringContaining('no file with the text')]);
  expect(await findings(licence, { ...others, LICENSE: '' })).toHaveLength(1);
  expect(await findings(licence, { ...others, 'dist/LICENSE': text })).toHaveLength(1);
  for (const name of ['LICENCE.md', 'license.txt', 'LICENSE-MIT', 'COPYING', 'LICENSES/MIT.txt']) expect(await findings(licence, { ...others, [name]: text })).toEqual([]);
});
