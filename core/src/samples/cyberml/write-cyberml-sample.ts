import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByomlError } from '../../contracts/errors.ts';
import { cybermlSample, cybermlSampleNames, type CybermlSampleName } from './cyberml-sample.ts';

export interface SampleReport {
  readonly folder: string;
  readonly files: readonly string[];
}

const parts = ['train', 'intra', 'inter'] as const;

/** Writes `<name>-train.csv`, `<name>-intra.csv` and `<name>-inter.csv` of each sample. Throws WRITE_FAILED. */
export async function writeCybermlSample(folder: string, names: readonly CybermlSampleName[] = cybermlSampleNames): Promise<SampleReport> {
  const files = [...new Set(names)].flatMap((name) => {
    const sample = cybermlSample(name);
    return parts.map((part) => ({ file: `${name}-${part}.csv`, text: sample[part].csv }));
  });
  try {
    await mkdir(folder, { recursive: true });
    for (const { file, text } of files) await replace(join(folder, file), text);
  } catch (cause) {
    throw new ByomlError('WRITE_FAILED', `sample cyberml: ${folder}: ${(cause as Error).message}`, { cause });
  }
  return { folder, files: files.map(({ file }) => file) };
}

async function replace(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  try {
    await writeFile(draft, text);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
