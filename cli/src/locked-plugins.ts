import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByomlError, z } from '@byoml/core';

/** What is shown of a line of plugins.lock; the marketplace's client reads and checks all of it. */
const version = z.looseObject({
  version: z.string().max(64),
  registry: z.string().max(2000),
  integrity: z.string().max(120),
  level: z.string().max(8),
  signer: z.looseObject({ by: z.string().max(40), account: z.string().max(64), key: z.string().max(64).nullable() }),
  capabilities: z.record(z.string(), z.unknown()),
});
const locked = version.extend({ kept: z.array(version).max(20), earlier: z.array(version).max(20) });
const lockFile = z.looseObject({ plugins: z.record(z.string(), locked) });

type LockedVersion = z.infer<typeof version>;
export type Locked = z.infer<typeof locked>;

/** The plugins of `plugins.lock` in a workspace, by name; none where there is no such file. Throws TRUST_REFUSED for one that cannot be read. */
export async function readLocked(workspace: string): Promise<Readonly<Record<string, Locked>>> {
  const path = join(workspace, 'plugins.lock');
  const text = await readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return undefined;
    throw new ByomlError('TRUST_REFUSED', `${path} cannot be read: ${thrown.message}`, { cause: thrown, details: { path } });
  });
  if (text === undefined) return {};
  try {
    return lockFile.parse(JSON.parse(text)).plugins;
  } catch (cause) {
    throw new ByomlError('TRUST_REFUSED', `${path} is not what byoml wrote; restore it from version control`, { cause, details: { path } });
  }
}

/** The line about one version, current or kept. */
export const lockedVersion = (plugin: Locked | undefined, wanted: string): LockedVersion | undefined => [...(plugin ? [plugin] : []), ...(plugin?.kept ?? [])].find((one) => one.version === wanted);

/** What `plugins list` and `plugins info` say of an installed version. */
export interface ShownInstalled {
  /** `L0`: runs in process; `L3`: only in a sandbox. */
  readonly level: string;
  /** Null for a version that plugins.lock does not have; it will not run. */
  readonly signer: { readonly by: string; readonly account: string; readonly key: string | null } | null;
}

export function installedOf(plugin: Locked | undefined, wanted: string): ShownInstalled {
  const { level = 'L3', signer } = lockedVersion(plugin, wanted) ?? {};
  return { level, signer: signer ? { by: signer.by, account: signer.account, key: signer.key } : null };
}
