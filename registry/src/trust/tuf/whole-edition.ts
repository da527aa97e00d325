import { MetaFile } from '@tufjs/models';
import { refusal } from '../refusal.ts';
import { absent } from '../../storage/storage.ts';
import { folder, keyOfRole } from './files.ts';
import { Revision, type Workshop } from './revision.ts';
import { bins, onlineRoles } from './roles.ts';
import { readRoot, refuseForeignKey } from './state.ts';
import type { TargetDigest } from './target.ts';

const numbered = new RegExp(`^${folder}/(\\d+)\\.(?!root\\.)[a-z0-9-]+\\.json$`);

/**
 * Signs every role afresh, whatever the storage holds under the root: the first edition, or one after the metadata was lost or damaged.
 * Its versions are then the seconds of the clock: higher than any that clients have seen. Throws TRUST_REFUSED when the keys are not the root's or another writer was faster.
 */
export async function writeWholeEdition(workshop: Workshop, targetsOf: (bin: string) => ReadonlyMap<string, TargetDigest>, signal: AbortSignal): Promise<void> {
  const { storage, keys, clock } = workshop;
  const current = await readRoot(storage, signal);
  for (const role of onlineRoles) refuseForeignKey(current, role, keys[role].public);
  const before = await storage.read(keyOfRole('timestamp'), signal);
  const older = await numberedFiles(workshop, signal);
  const isFirst = !before && !older.some((key) => key.endsWith('.snapshot.json'));
  const last = isFirst ? 0 : Math.floor(clock.now().getTime() / 1000);
  const meta = isFirst ? {} : Object.fromEntries(['targets', ...bins.keys()].map((role) => [`${role}.json`, new MetaFile({ version: last })]));
  const revision = new Revision(workshop, meta, signal);
  await revision.writeDelegations();
  for (const bin of bins.keys()) await revision.writeBin(bin, targetsOf(bin));
  if (!(await revision.commit({ snapshot: last, timestamp: last, stored: before?.version ?? absent }))) throw refusal('timestamp', 'another process signed a new one meanwhile');
  if (!isFirst) for (const key of older) await storage.delete(key, { signal });
}

async function numberedFiles({ storage }: Workshop, signal: AbortSignal): Promise<string[]> {
  const found: string[] = [];
  for await (const key of storage.list(`${folder}/`, signal)) if (numbered.test(key)) found.push(key);
  return found;
}
