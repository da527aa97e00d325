import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { FileFormat, Scan, ScanFile } from '../contracts/data-source.ts';
import { isByomlError, type ByomlError } from '../contracts/errors.ts';
import type { QuarantineRecord, RunOutcome, State, WatermarkRecord } from '../state/index.ts';

type Files = Scan & { readonly kind: 'files' };

/** A version of a file that is known to be unreadable; `since` is null while no run has recorded it. */
export type Held = Omit<QuarantineRecord, 'detection' | 'since' | 'at'> & { readonly since: number | null };

/** What is known of the files of a source, by URL: how far they were read, and which are left out. */
export interface Known {
  readonly marks: ReadonlyMap<string, WatermarkRecord>;
  readonly quarantine: ReadonlyMap<string, Held>;
}

export const nothingKnown: Known = { marks: new Map(), quarantine: new Map() };

export const knownOf = (state: State, detection: string): Known => ({ marks: state.watermarks(detection), quarantine: new Map(state.quarantine(detection).map((held) => [held.url, held])) });

/** A file that cannot be read. */
export interface LeftOut {
  readonly file: ScanFile;
  /** What messages call it. */
  readonly name: string;
  readonly code: string;
  readonly message: string;
  /** Bytes from its start that are read all the same: an earlier run read them before the file was spoilt. 0 when there are none. */
  readonly bytes: number;
  /** Number of the first run that left it out; null while no run has recorded it. */
  readonly since: number | null;
}

/** Of one file. What is wrong with a cell, or with all files, is no reason to go on without one. */
const codes: ReadonlySet<string> = new Set(['FILE_CORRUPT', 'ENCODING_INVALID', 'LINE_TOO_LONG']);
/** More of them at once, or more than half of the bytes, and it is not the files that are wrong. */
const mostLeftOut = 20;

/** Whether something thrown says that a file cannot be read. */
export const isUnreadable = (thrown: unknown): thrown is ByomlError => isByomlError(thrown) && codes.has(thrown.code);

/** Whether that version of the file is known to be unreadable. */
export const isHeld = ({ url, version }: ScanFile, { quarantine }: Pick<Known, 'quarantine'>): boolean => quarantine.get(url)?.version === version;

/**
 * Reads the files of a scan without those that cannot be read: versions that earlier runs left out are not tried again, others that reading
 * fails at are found out. Throws what `read` throws when that is not the fault of one file of several, or of too many.
 */
export async function readLeavingOut<T>(scan: Files, known: Known, read: (scan: Files) => Promise<T>): Promise<{ readonly result: T; readonly leftOut: readonly LeftOut[] }> {
  const leftOut = new Map(scan.files.flatMap((file) => (isHeld(file, known) ? [[file.url, heldBefore(file, known)] as const] : [])));
  for (;;) {
    try {
      return { result: await read(without(scan, leftOut)), leftOut: [...leftOut.values()] };
    } catch (thrown) {
      if (!isUnreadable(thrown) || scan.files.length < 2) throw thrown;
      const found = await guilty(thrown, scan, leftOut, read);
      if (found.length === 0) throw thrown;
      for (const one of found) leftOut.set(one.file.url, foundOut(one, scan.format, known, leftOut.get(one.file.url)));
      if (isTooMuch(scan, leftOut)) throw thrown;
    }
  }
}

function heldBefore(file: ScanFile, { quarantine }: Known): LeftOut {
  const { file: name, code, message, bytes, since } = quarantine.get(file.url) as Held;
  return { file, name, code, message, bytes, since };
}

/** What was read of JSON Lines once are whole lines still; the ends of other formats are where their content is described. */
function foundOut({ file, code, message }: Guilty, format: FileFormat, { marks }: Known, before: LeftOut | undefined): LeftOut {
  const read = format === 'jsonl' && !before && !file.url.endsWith('.gz') ? (marks.get(file.url)?.bytes ?? 0) : 0;
  const isBeginning = read > (file.offset ?? 0) && read < endOf(file);
  return { file, name: file.label ?? fileURLToPath(file.url), code, message, bytes: isBeginning ? read : 0, since: null };
}

const endOf = ({ offset = 0, bytes }: ScanFile): number => offset + bytes;

const without = (scan: Files, leftOut: ReadonlyMap<string, LeftOut>): Files => ({
  ...scan,
  files: scan.files.flatMap((file) => {
    const out = leftOut.get(file.url);
    if (!out) return [file];
    return out.bytes > 0 ? [{ ...file, bytes: out.bytes - (file.offset ?? 0) }] : [];
  }),
});

type Guilty = Pick<LeftOut, 'file' | 'code' | 'message'>;

const others = z.array(z.object({ file: z.string(), code: z.string(), message: z.string() }));

/** The files that the error names. One that names none is looked for: each file is read by itself until one fails alike. */
async function guilty<T>(thrown: ByomlError, scan: Files, leftOut: ReadonlyMap<string, LeftOut>, read: (scan: Files) => Promise<T>): Promise<readonly Guilty[]> {
  const { file: named, others: more } = thrown.details;
  const { files } = without(scan, leftOut);
  const original = (url: string): ScanFile => scan.files.find((file) => file.url === url) as ScanFile;
  if (typeof named === 'string') {
    const found = [{ file: named, code: thrown.code, message: thrown.message }, ...(others.safeParse(more).data ?? [])];
    return found.flatMap(({ file, code, message }) => files.filter(({ url }) => codes.has(code) && fileURLToPath(url) === file).map(({ url }) => ({ file: original(url), code, message })));
  }
  for (const file of files) {
    const failed: unknown = await read({ ...scan, files: [file] }).then(() => undefined, (error: unknown) => error);
    if (isByomlError(failed) && failed.code === thrown.code) return [{ file: original(file.url), code: failed.code, message: failed.message }];
  }
  return [];
}

function isTooMuch({ files }: Files, leftOut: ReadonlyMap<string, LeftOut>): boolean {
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const out = [...leftOut.values()].reduce((sum, { file, bytes }) => sum + endOf(file) - Math.max(bytes, file.offset ?? 0), 0);
  return leftOut.size > mostLeftOut || 2 * out > all;
}

/** What later reads know of a file that was left out. */
export const heldOf = ({ file: { url, version }, name, code, message, bytes, since }: LeftOut): Held => ({ url, version, bytes, file: name, code, message, since });

/** What a run says of a file that it was made without: at length once, then in short. */
export const leftOutWarning = ({ name, code, message, bytes, since }: LeftOut): string =>
  since === null ? `left out ${name}${bytes > 0 ? ` from byte ${bytes + 1} on` : ''}: ${code}: ${message}` : `left out ${name} since run ${since}: ${code}`;

/** What is recorded of files that no run has recorded yet. */
export const quarantineOf = (detection: string, leftOut: readonly LeftOut[] = []): NonNullable<RunOutcome['quarantine']> =>
  leftOut.filter(({ since }) => since === null).map((one) => {
    const { since: _, ...held } = heldOf(one);
    return { detection, ...held };
  });
