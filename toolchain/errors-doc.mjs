// Writes docs/errors.md from the catalogue. `--check` only says whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../core/src/contracts/errors.ts';

const path = join(import.meta.dirname, '..', 'docs', 'errors.md');
const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = ([code, { exit, http, means, hint }]) => `| \`${code}\` | ${exit} | ${http} | ${cell(means)} | ${cell(hint)} |`;

const document = [
  '# Errors', '',
  'Made from `core/src/contracts/errors.ts` by `node toolchain/errors-doc.mjs`; a test keeps both equal. With `--json` a failure is',
  '`{ "error": { code, message, hint, details } }` on stdout; the message says what, where and because of what.', '',
  '| code | exit status | HTTP status | means | what to do |', '|---|---|---|---|---|',
  ...Object.entries(catalogue).map(row), '',
].join('\n');

if (process.argv[2] === '--check') process.exit(readFileSync(path, 'utf8') === document ? 0 : 1);
writeFileSync(path, document);
