import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByomlError } from '@byoml/core';

/** A reader sees the old file or the new one. Throws WRITE_FAILED. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new ByomlError('WRITE_FAILED', `${path} could not be written: ${(cause as Error).message}`, { cause, details: { path } });
  }
}

/** The file of a detection. Throws FILE_MISSING. */
export async function fileOf(workspace: string, detection: string): Promise<{ readonly path: string; readonly text: string }> {
  for (const ending of ['yaml', 'yml']) {
    const path = join(workspace, 'detections', `${detection}.${ending}`);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return { path, text };
  }
  throw new ByomlError('FILE_MISSING', `the file of detection "${detection}" cannot be read`, { details: { detection } });
}
