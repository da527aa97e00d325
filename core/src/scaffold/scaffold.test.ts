import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { inFolder } from '../testkit/folder.ts';
import { scaffold } from './scaffold.ts';

interface Place {
  readonly root: string;
  readonly templates: string;
}

/** A folder with a template of one kind in it. */
const inPlace = (use: (place: Place) => Promise<void>): Promise<void> =>
  inFolder(async (root) => {
    const templates = join(root, 'templates');
    await mkdir(join(templates, 'sink', 'src'), { recursive: true });
    await writeFile(join(templates, 'sink', 'package.json'), '{ "name": "{{name}}", "description": "{{title}}" }');
    await writeFile(join(templates, 'sink', '_gitignore'), 'dist/\n');
    await writeFile(join(templates, 'sink', 'LICENSE'), 'Copyright (c) {{year}} the authors of {{name}}\n');
    await writeFile(join(templates, 'sink', 'src', 'index.ts'), 'export {};\n');
    await use({ root, templates });
  });

test('copies a template whole, with name, title and year filled in', () =>
  inPlace(async ({ root, templates }) => {
    const made = await scaffold({ templates: pathToFileURL(templates), kind: 'sink', name: 'to-slack', into: join(root, 'deep', 'er'), year: 2031 });
    expect(made).toEqual({ folder: join(root, 'deep', 'er', 'to-slack'), files: ['.gitignore', 'LICENSE', 'package.json', 'src/index.ts'] });
    expect(JSON.parse(await readFile(join(made.folder, 'package.json'), 'utf8'))).toEqual({ name: 'to-slack', description: 'To slack' });
    expect(await readFile(join(made.folder, 'LICENSE'), 'utf8')).toBe('Copyright (c) 2031 the authors of to-slack\n');
    expect(await readdir(join(root, 'deep', 'er'))).toEqual(['to-slack']);
  }));

test.each(['To-slack', '-x', 'x-', 'x--y', 'x y', '../x', '', 'x_y', '1x', 'é', 'x'.repeat(101)])('refuses the name "%s"', (name) =>
  inPlace(async ({ root, templates }) => {
    await expect(scaffold({ templates, kind: 'sink', name, into: join(root, 'into') })).rejects.toMatchObject({ code: 'USAGE_INVALID' });
    await expect(stat(join(root, 'into'))).rejects.toMatchObject({ code: 'ENOENT' });
  }));

test.each(['gin', '..', '.', ''])('refuses the kind "%s" and names the kinds there are', (kind) =>
  inPlace(async ({ root, templates }) => {
    await expect(scaffold({ templates, kind, name: 'x', into: root })).rejects.toMatchObject({ code: 'USAGE_INVALID', message: expect.stringContaining('expected sink') });
  }));

test('fills an empty folder, and refuses one that holds something', () =>
  inPlace(async ({ root, templates }) => {
    const ask = { templates, kind: 'sink', name: 'x', into: root };
    await mkdir(join(root, 'x'));
    await scaffold(ask);
    await writeFile(join(root, 'x', 'mine'), 'keep me');
    await expect(scaffold(ask)).rejects.toMatchObject({ code: 'FOLDER_OCCUPIED' });
    expect(await readFile(join(root, 'x', 'mine'), 'utf8')).toBe('keep me');
    await writeFile(join(root, 'y'), 'a file');
    await expect(scaffold({ ...ask, name: 'y' })).rejects.toMatchObject({ code: 'FOLDER_OCCUPIED' });
  }));

test('leaves nothing behind where it cannot write', () =>
  inPlace(async ({ root, templates }) => {
    await writeFile(join(root, 'file'), '');
    await expect(scaffold({ templates, kind: 'sink', name: 'x', into: join(root, 'file') })).rejects.toMatchObject({ code: expect.stringMatching(/WRITE_FAILED|FOLDER_OCCUPIED/) });
    expect((await readdir(root)).sort()).toEqual(['file', 'templates']);
  }));
