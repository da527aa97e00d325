import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from '@byoml/core';
import { parseJson } from '../trust/json.ts';
import { publicKey, type PublicKey } from '../trust/keys.ts';
import { parsed } from '../trust/schema.ts';
import { writeAtomically } from './atomic-file.ts';

const largestRoot = 512_000;
const pinnedFile = 'root.json';

const role = z.object({ keyids: z.array(z.string()) });
const rootSchema = z.object({
  signed: z.object({
    keys: z.record(z.string(), z.object({ keyval: z.object({ public: z.string().regex(/^[0-9a-f]{64}$/) }) })),
    roles: z.object({ root: role, targets: role }),
  }),
});
type Root = z.infer<typeof rootSchema>;

const rootIn = (bytes: Uint8Array): Root => parsed(rootSchema, parseJson(bytes, 'root', largestRoot), 'root');

/** The root that a workspace trusts for a registry: the one it was given, the one it pinned, or the registry's own the first time. */
export async function trustedRootOf(folder: string, { given, offered }: { readonly given: Uint8Array | undefined; readonly offered: Uint8Array }): Promise<Uint8Array> {
  return given ?? (await pinnedRoot(folder)) ?? offered;
}

/** Undefined when the workspace has not met the registry yet. */
const pinnedRoot = (folder: string): Promise<Uint8Array | undefined> => readFile(join(folder, pinnedFile)).catch(() => undefined);

/** Remembers the root for every later time. Throws WRITE_FAILED. */
export async function pinRoot(folder: string, root: Uint8Array): Promise<void> {
  const pinned = await pinnedRoot(folder);
  if (pinned && Buffer.compare(pinned, root) === 0) return;
  await mkdir(folder, { recursive: true });
  await writeAtomically(join(folder, pinnedFile), root);
}

/** Ids of the keys that may sign the next root: what people compare. Throws TRUST_REFUSED. */
export const rootKeys = (root: Uint8Array): readonly string[] => rootIn(root).signed.roles.root.keyids;

/** Keys whose word about single objects counts as the registry's: those of root and targets, as of the newest root that the client has followed. */
export async function registryKeys(folder: string, trusted: Uint8Array): Promise<readonly PublicKey[]> {
  const memory = join(folder, createHash('sha256').update(trusted).digest('hex').slice(0, 32), pinnedFile);
  const { signed } = rootIn(await readFile(memory).catch(() => trusted));
  return [...signed.roles.root.keyids, ...signed.roles.targets.keyids].flatMap((id) => {
    const key = Object.hasOwn(signed.keys, id) ? signed.keys[id] : undefined;
    return key ? [publicKey(key.keyval.public)] : [];
  });
}
