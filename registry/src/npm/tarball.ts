import { createHash } from 'node:crypto';
import { packageJsonOf } from '../admission/package-json.ts';
import { openArchive } from '../package/open-archive.ts';
import { refused } from '../package/refused.ts';

/** What a packument says about a tarball. */
export interface TarballContent {
  readonly packageJson: Readonly<Record<string, unknown>>;
  readonly files: number;
  readonly unpackedBytes: number;
}

export const integrityOf = (bytes: Uint8Array): string => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;

/** Reads a tarball in memory, as admission does: nothing is written or run. Throws PUBLISH_REFUSED. */
export async function readTarball(tarball: Uint8Array, signal: AbortSignal): Promise<TarballContent> {
  const archive = await openArchive(tarball, signal);
  const packageJson = packageJsonOf(archive);
  if (!packageJson) throw refused('it has no package.json that is a JSON object', 'Pack it again with `npm publish`.', { where: 'package.json' });
  return { packageJson, files: archive.entries.length, unpackedBytes: archive.entries.reduce((sum, { bytes }) => sum + bytes.length, 0) };
}
