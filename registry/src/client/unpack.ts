import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PackageArchive } from '../package/archive.ts';

/** Makes the files of a package those of its archive; packages that npm put into its own `node_modules` stay. Nothing is made executable. */
export async function unpackInto(folder: string, { entries }: PackageArchive): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) if (name !== 'node_modules') await rm(join(folder, name), { recursive: true, force: true });
  const folders = new Set(entries.map(({ path }) => dirname(join(folder, path))));
  for (const each of folders) await mkdir(each, { recursive: true });
  for (const { path, bytes } of entries) await writeFile(join(folder, path), bytes);
}
