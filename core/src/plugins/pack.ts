import { open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ByomlError } from '../contracts/errors.ts';
import { describePlugin } from './describe.ts';
import { readInstalled } from './installed.ts';
import { importPlugin } from './load.ts';
import { manifestFile, type PluginManifest } from './manifest.ts';

/** Writes `byoml.plugin.json` of the plugin in `folder` from its code, in one step. */
export async function packPlugin(folder: string): Promise<{ readonly path: string; readonly manifest: PluginManifest }> {
  const installed = readInstalled(resolve(folder));
  const manifest = describePlugin(await importPlugin(installed), installed.packageJson);
  const path = join(installed.folder, manifestFile);
  await replaceFile(path, `${JSON.stringify(manifest, null, 2)}\n`);
  return { path, manifest };
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.new`;
  try {
    await using file = await open(temporary, 'w');
    await file.writeFile(text);
    await file.sync();
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new ByomlError('WRITE_FAILED', `${path}: ${(thrown as Error).message}`, { cause: thrown, details: { path } });
  }
}
