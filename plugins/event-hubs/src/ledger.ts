import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ByomlError, z } from '@byoml/core';

const offset = z.string().regex(/^\d{1,19}$/u).transform(BigInt);
const offsets = z.record(z.string().regex(/^\d{1,9}$/u), offset);
const schema = z.strictObject({
  format: z.literal(1),
  /** Tells this spool from one that was begun anew. */
  id: z.string().min(1),
  origin: z.strictObject({ brokers: z.string(), topic: z.string(), group: z.string() }),
  topicId: z.string().nullable(),
  next: offsets,
  committed: offsets,
  /** Good bytes of each hour file, by its name. */
  hours: z.record(z.string().regex(/^\d{4}-\d\d-\d\dT\d\d$/u), z.int().min(1)),
  quarantined: z.int().min(0),
});

/** What is in the spool for good, and which records come next. Whatever else lies there is of a run that was stopped. */
export interface Ledger {
  readonly id: string;
  readonly origin: { readonly brokers: string; readonly topic: string; readonly group: string };
  /** Tells a topic from a later one of the same name. */
  readonly topicId: string | null;
  /** Partition → offset of the first record that is not in the spool. */
  readonly next: ReadonlyMap<number, bigint>;
  /** Partition → offset that the group was last told. */
  readonly committed: ReadonlyMap<number, bigint>;
  readonly hours: ReadonlyMap<string, number>;
  readonly quarantined: number;
}

const byPartition = (map: Readonly<Record<string, bigint>>): Map<number, bigint> => new Map(Object.entries(map).map(([partition, at]) => [Number(partition), at]));
const texts = (map: ReadonlyMap<number, bigint>): Record<string, string> => Object.fromEntries([...map].map(([partition, at]) => [partition, String(at)]));

/** Undefined when there is none. Throws FILE_CORRUPT when what stands there is not a ledger. */
export async function readLedger(path: string): Promise<Ledger | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    const { format: _, next, committed, hours, ...rest } = schema.parse(JSON.parse(text));
    return { ...rest, next: byPartition(next), committed: byPartition(committed), hours: new Map(Object.entries(hours)) };
  } catch (cause) {
    throw new ByomlError('FILE_CORRUPT', `${path} is not what byoml wrote there; remove its folder to read again what the topic still has`, { details: { file: path }, cause });
  }
}

/** Replaces the ledger in one step; it is on the disk when this returns. */
export async function writeLedger(path: string, ledger: Ledger): Promise<void> {
  const { id, origin, topicId, next, committed, hours, quarantined } = ledger;
  const text = JSON.stringify({ format: 1, id, origin, topicId, next: texts(next), committed: texts(committed), hours: Object.fromEntries(hours), quarantined } satisfies z.input<typeof schema>);
  await writeFile(`${path}.new`, `${text}\n`, { flush: true });
  await rename(`${path}.new`, path);
  await syncFolder(dirname(path));
}

/** Makes the names in a folder last. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // folders cannot be synced there
  await using folder = await open(path);
  await folder.sync();
}
