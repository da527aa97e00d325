import { access, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { readKeyFile, writeKeyFile } from '../trust/key-file.ts';
import { generateKey, type SigningKey } from '../trust/keys.ts';

/** The key with which an author signs. */
export interface AuthorKey {
  readonly path: string;
  readonly key: SigningKey;
  /** Whether it was made just now: its file has to be kept, and copied to a safe place. */
  readonly made: boolean;
}

/** `author.pem` in the user's folder of settings: `%APPDATA%/byoml` on Windows, `$XDG_CONFIG_HOME/byoml` or `~/.config/byoml` elsewhere. */
export function authorKeyFile(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform = process.platform): string {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir();
  const settings = platform === 'win32' ? (env['APPDATA'] ?? join(home, 'AppData', 'Roaming')) : env['XDG_CONFIG_HOME'] || join(home, '.config');
  return join(settings, 'byoml', 'author.pem');
}

/** Reads the key, or makes it where none is. Throws TRUST_REFUSED for a file that others can read or that holds no key, WRITE_FAILED. */
export async function openAuthorKey(path: string): Promise<AuthorKey> {
  const there = await access(path).then(() => true, () => false);
  return there ? { path, key: await readKeyFile(path), made: false } : makeAuthorKey(path);
}

/** Makes a key in a file that is not there yet. Throws FOLDER_OCCUPIED, WRITE_FAILED. */
export async function makeAuthorKey(path: string): Promise<AuthorKey> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeKeyFile(path, generateKey());
  return { path, key: await readKeyFile(path), made: true };
}
