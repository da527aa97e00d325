import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const tool = (name: string): Promise<any> => import(join(root, 'toolchain', name));

test('docs/cli.md is made from the commands', async () => {
  const { document } = await tool('cli-doc.mjs');
  expect(readFileSync(join(root, 'docs/cli.md'), 'utf8')).toBe(document());
});

test("the settings tables of the plugins' READMEs are made from their manifests", async () => {
  const { documents } = await tool('settings-doc.mjs');
  expect(documents().length).toBeGreaterThan(0);
  for (const [path, text] of documents()) expect(readFileSync(path, 'utf8')).toBe(text);
});

test('every relative link of the documents leads somewhere', async () => {
  const { existsSync, globSync } = await import('node:fs');
  for (const file of globSync('{*.md,docs/**/*.md,plugins/*/README.md}', { cwd: root })) {
    const links = [...readFileSync(join(root, file), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link as string);
    for (const link of links) expect([file, link, existsSync(join(root, file, '..', link))]).toEqual([file, link, true]);
  }
});
