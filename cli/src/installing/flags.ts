import { readFile } from 'node:fs/promises';
import { Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { parsePluginName } from '@byoml/core/plugins';

/** Flags of the commands that ask a registry. */
export const registry = Flags.string({ helpValue: 'URL|DIR', description: 'Registry, or the folder of an offline bundle; where the plugin came from before when absent.' });
export const trustedRoot = Flags.string({ helpValue: 'FILE', description: 'root.json of the registry that came to you another way.' });
export const yes = Flags.boolean({ char: 'y', description: 'Agree without being asked; what an update adds needs --grant.' });
export const grant = Flags.string({ multiple: true, helpValue: 'CAPABILITY', description: 'Agree to what an update adds, as the message names it: "hosts: api.example.com" (repeatable).' });
export const acceptKey = Flags.string({ helpValue: 'ID', description: 'Accept this new key of the author.' });

export interface Wanted {
  readonly name: string;
  /** Version, range or tag. */
  readonly wanted?: string;
}

/** Reads `[@scope/]name[@version]`. Throws USAGE_INVALID. */
export function parseWanted(text: string): Wanted {
  const [, given, wanted] = /^(@?[^@]+)(?:@([^@\s]{1,200}))?$/u.exec(text) ?? [];
  const name = given === undefined ? undefined : parsePluginName(given);
  if (name === undefined) throw new ByomlError('USAGE_INVALID', `"${text.slice(0, 200)}" is no plugin: [@scope/]name[@version]`, { details: { plugin: text.slice(0, 200) } });
  return { name, ...(wanted !== undefined && { wanted }) };
}

/** The bytes of a root that somebody brought. Throws FILE_MISSING. */
export async function readRoot(path: string | undefined): Promise<{ readonly trustedRoot?: Uint8Array }> {
  if (path === undefined) return {};
  const trustedRoot = await readFile(path).catch((cause: Error) => {
    throw new ByomlError('FILE_MISSING', `--trusted-root ${path} cannot be read: ${cause.message}`, { cause, details: { path } });
  });
  return { trustedRoot };
}
