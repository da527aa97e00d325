import { mkdtempSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'byoml-plugins-')));

/** A folder of its own for one test. */
export const temporaryFolder = (): Promise<string> => mkdtemp(join(scratch, 'test-'));

/** For `afterAll`. */
export const removeTemporaryFolders = (): Promise<void> => rm(scratch, { recursive: true, force: true });

const zod = pathToFileURL(createRequire(import.meta.url).resolve('zod')).href;

/** Code of a plugin with one rule template, stamped without any import of core, as another copy of it would. */
export const code = (summary = 'A rule', id = 'odd-rule', from = zod): string => `
import { z } from ${JSON.stringify(from)};
const kind = Symbol.for('byoml/kind');
const rule = { [kind]: 'rule-template', id: '${id}', summary: '${summary}', title: 'Odd', attack: ['T1021.002'], falsePositives: ['none'], blindSpots: ['all else'],
  settings: z.strictObject({ severity: z.enum(['low', 'high']).default('low').describe('How bad') }), columns: { score: z.number() }, create: () => function* () {} };
export default { [kind]: 'plugin', components: [rule] };
`;

export const packageJson = { name: '@acme/odd', version: '1.2.3', type: 'module', keywords: ['byoml-plugin'], exports: './index.js', peerDependencies: { '@byoml/core': '^0.1.0' } };

/** Writes a package folder: `package.json` and what `files` names. */
export async function writePackage(folder: string, json: object | string = packageJson, files: Readonly<Record<string, string>> = { 'index.js': code() }): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries({ 'package.json': typeof json === 'string' ? json : JSON.stringify(json), ...files })) await writeFile(join(folder, name), text);
  return folder;
}
