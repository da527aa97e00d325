import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFailure } from './failure.ts';
import { signatureName } from './file-name.ts';
import { syncFolder } from './folder-writer.ts';
import { targetOf } from './target.ts';
import { removeStale, temporaryPath } from './temporary.ts';

/**
 * Puts a signature into a model folder in one step: whenever the process stops, the folder has the one from before or the new one. It is
 * built beside the folder, where what a killed process leaves is no file too many of the model. Answers its path. Throws WRITE_FAILED.
 */
export async function writeSignature(dir: string, signature: Uint8Array): Promise<string> {
  try {
    const target = await targetOf(dir);
    await removeStale(target);
    const temporary = temporaryPath(target, 'new');
    try {
      await writeDurably(temporary, signature);
      await rename(temporary, join(target, signatureName));
      await syncFolder(target);
    } catch (thrown) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw thrown;
    }
    return join(dir, signatureName);
  } catch (thrown) {
    throw writeFailure(`signature of model ${dir}`, thrown);
  }
}

async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  await using file = await open(path, 'wx');
  await file.writeFile(content);
  await file.sync();
}
