import parse from 'spdx-expression-parse';
import type { AdmissionCheck, Finding, Submission } from '../check.ts';
import { finding, shown } from '../finding.ts';

const fileName = /^(?:licen[cs]e|copying|unlicense)(?:[-.][^/]*)?$/i;

export const licence: AdmissionCheck = {
  id: 'licence',
  summary: 'The package says under which licence it may be used, and has its text.',
  enforced: true,
  required: true,
  async run(submission) {
    return [...expression(submission), ...text(submission)];
  },
};

function expression({ packageJson: { license } }: Submission): readonly Finding[] {
  if (typeof license === 'string' && license.length <= 200 && parses(license)) return [];
  return [finding(`"license" is ${shown(license)}, which is no SPDX expression`, 'Write an SPDX expression such as "Apache-2.0" or "MIT OR GPL-3.0-only"; a package in the marketplace is licensed to everybody who can see it.', 'package.json')];
}

const text = ({ archive }: Submission): readonly Finding[] =>
  archive.entries.some(({ path, bytes }) => fileName.test(path) && bytes.length > 0) || archive.entries.some(({ path }) => path.startsWith('LICENSES/'))
    ? []
    : [finding('it has no file with the text of its licence', 'Add a file LICENSE beside package.json; npm packs it without being asked.')];

function parses(expression: string): boolean {
  try {
    parse(expression);
    return true;
  } catch {
    return false;
  }
}
