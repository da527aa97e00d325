import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where a token may be: the folder of the package and the environment of the author. */
export interface TokenPlaces {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The token that npm would use for a registry: BYOML_REGISTRY_TOKEN, else the `.npmrc` of the folder, else that of the user. Undefined for none. */
export async function registryToken(registry: string, { folder, env }: TokenPlaces): Promise<string | undefined> {
  const given = env['BYOML_REGISTRY_TOKEN'];
  if (given !== undefined && given !== '') return given;
  const user = env['npm_config_userconfig'] ?? env['NPM_CONFIG_USERCONFIG'] ?? join(env['HOME'] ?? env['USERPROFILE'] ?? homedir(), '.npmrc');
  const [own, users] = await Promise.all([settingsIn(join(resolve(folder), '.npmrc')), settingsIn(user)]);
  const settings = new Map([...users, ...own]);
  return keysOf(registry).map((key) => settings.get(key)).find((value) => value !== undefined)?.replace(/\$\{([^}]+)\}/g, (whole, name: string) => env[name] ?? whole);
}

/** npm writes a registry without its protocol, and also takes what was written for a folder above it. */
function keysOf(registry: string): readonly string[] {
  const { host, pathname } = new URL(registry);
  const parts = pathname.split('/').filter(Boolean);
  return Array.from({ length: parts.length + 1 }, (_, i) => ['', ...parts.slice(0, parts.length - i), ''].join('/')).flatMap((path) => [`//${host}${path}:_authToken`, `//${host}${path.replace(/\/$/, '')}:_authToken`]);
}

async function settingsIn(file: string): Promise<readonly (readonly [string, string])[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split(/\r?\n/).flatMap((line) => {
    const [, key, value] = /^\s*([^;#\s=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[unquoted(key), unquoted(value)] as const];
  });
}

const unquoted = (text: string): string => /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
