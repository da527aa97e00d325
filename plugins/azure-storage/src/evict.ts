import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { recordEnding, recordOf } from './copy-file.ts';

export interface Eviction {
  readonly limitBytes: number;
  /** Paths of copies that must stay. */
  readonly keep: ReadonlySet<string>;
  readonly now: number;
}

/** What was used within this time may be read by a run that goes on. */
const inUseMs = 6 * 3_600_000;
/** A download does not take longer. */
const abandonedMs = 24 * 3_600_000;

interface Kept {
  readonly path: string;
  readonly bytes: number;
  readonly used: number;
}

/** Removes the copies that were not used for longest until the others fit, and what stopped downloads have left. */
export async function evict(folder: string, { limitBytes, keep, now }: Eviction): Promise<void> {
  const kept = await copiesIn(folder, now);
  let total = kept.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, bytes, used } of kept.sort((a, b) => a.used - b.used)) {
    if (total <= limitBytes || now - used < inUseMs) break;
    if (keep.has(path)) continue;
    // First the record: what has none is not trusted.
    await rm(recordOf(path), { force: true });
    await rm(path, { force: true });
    total -= bytes;
  }
}

/** The copies of a folder; what is none and was not written to for long is removed. */
async function copiesIn(folder: string, now: number): Promise<Kept[]> {
  const names = await readdir(folder);
  const recorded = new Set(names.filter((name) => name.endsWith(recordEnding)).map((name) => name.slice(0, -recordEnding.length)));
  const kept: Kept[] = [];
  for (const [i, name] of names.filter((each) => !each.endsWith(recordEnding)).entries()) {
    if (i % 256 === 0) await setImmediate();
    const path = join(folder, name);
    const file = await stat(path).catch(() => undefined);
    const record = recorded.has(name) ? await stat(recordOf(path)).catch(() => undefined) : undefined;
    if (file && record) kept.push({ path, bytes: file.size, used: record.mtimeMs });
    else if (file && now - file.mtimeMs > abandonedMs) await rm(path, { force: true });
  }
  return kept;
}
