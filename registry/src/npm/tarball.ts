import { createHash } from 'node:crypto';

/** What a packument says about a tarball. */
export interface TarballContent {
  readonly packageJson: Readonly<Record<string, unknown>>;
  readonly files: number;
  readonly unpackedBytes: number;
}

export const integrityOf = (bytes: Uint8Array): string => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
