import type { AdmissionCheck, Submission } from './check.ts';
import { sampleFiles, sampleManifest, samplePackageJson, submissionOf, type Files } from './sample-package.ts';

const { signal } = new AbortController();

/** What a check finds in these files: `where: message`, with a `?` in front where a person has to decide. */
export async function findings(check: AdmissionCheck, files: Files, changes?: Partial<Submission>): Promise<readonly string[]> {
  const found = await check.run(await submissionOf(files, signal, changes), signal);
  return found.map(({ message, where = '', hold }) => `${hold ? '? ' : ''}${where}: ${message}`);
}

/** The sample package with other fields in its package.json. */
export const withFields = (fields: Readonly<Record<string, unknown>>, files: Files = {}): Files => sampleFiles({ packageJson: { ...samplePackageJson, ...fields }, files });

/** The sample package with another manifest. */
export const withManifest = (fields: Readonly<Record<string, unknown>>): Files => sampleFiles({ manifest: { ...sampleManifest, ...fields } });

/** The sample package with more files, or others in their place. */
export const withFiles = (files: Files): Files => sampleFiles({ files });

/** A library: the same without anything of a plugin. */
export function libraryOf(files: Files): Files {
  const { 'byoml.plugin.json': _, ...others } = sampleFiles({ packageJson: { ...samplePackageJson, keywords: [] }, files });
  return others;
}
