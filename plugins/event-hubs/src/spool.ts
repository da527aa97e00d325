import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { ByomlError, isByomlError, type Logger } from '@byoml/core';
import { brokersText, type Origin } from './address.ts';
import { readLedger, syncFolder, writeLedger, type Ledger } from './ledger.ts';

/** A part of a file that waits to be written. */
interface Staged {
  buffer: Buffer;
  length: number;
}

const newline = 0x0a;
const stagedAtFirst = 65_536;
/** What waits in memory before it is written. */
const stagedAtMost = 16 * 2 ** 20;
const atOnce = 32;
const quarantineName = 'quarantine';

const hourMs = 3_600_000;
/** `2026-11-24T06` */
export const hourName = (hour: number): string => new Date(hour * hourMs).toISOString().slice(0, 13);
/** Hours since 1970 of such a name. */
export const hourOfName = (name: string): number => Date.parse(`${name}:00:00Z`) / hourMs;

/**
 * The records that were taken from a topic, as JSON Lines in one file per hour of their time, and the ledger that says what of them is whole.
 * Files only grow, and the ledger follows when they are on the disk; so a process that ends at any moment leaves at most bytes that the ledger does not count.
 */
export class Spool {
  readonly folder: string;
  #ledger: Ledger;
  #stagedBytes = 0;
  readonly #staged = new Map<string, Staged>();
  /** Bytes of files that grew since the last record. */
  readonly #grown = new Map<string, number>();

  private constructor(folder: string, ledger: Ledger) {
    this.folder = folder;
    this.#ledger = ledger;
  }

  /** Opens or makes the spool of an origin, and cuts off what a stopped run left. Throws FILE_CORRUPT and WRITE_FAILED. */
  static async open(folder: string, origin: Origin, logger: Logger): Promise<Spool> {
    return writing(folder, async () => {
      await mkdir(join(folder, 'hours'), { recursive: true });
      const fresh: Ledger = { id: randomUUID().slice(0, 8), origin: { brokers: brokersText(origin), topic: origin.topic, group: origin.group }, topicId: null, next: new Map(), committed: new Map(), hours: new Map(), quarantined: 0 };
      const spool = new Spool(folder, (await readLedger(join(folder, 'ledger.json'))) ?? fresh);
      await spool.#heal(logger);
      return spool;
    });
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  /** Whether `flush` should be called before more is added. */
  get isFull(): boolean {
    return this.#stagedBytes >= stagedAtMost;
  }

  pathOf(name: string): string {
    return name === quarantineName ? join(this.folder, 'quarantine.jsonl') : join(this.folder, 'hours', `${name}.jsonl`);
  }

  /** Adds a line to the file of an hour. */
  add(hour: string, bytes: Buffer, from = 0, to = bytes.length): void {
    const length = to - from;
    const staged = this.#room(hour, length + 1);
    bytes.copy(staged.buffer, staged.length, from, to);
    staged.buffer[staged.length + length] = newline;
    staged.length += length + 1;
    this.#stagedBytes += length + 1;
  }

  /** Puts aside what is no record. */
  quarantine(entry: object): void {
    this.add(quarantineName, Buffer.from(JSON.stringify(entry)));
  }

  /** Writes what waits in memory; it does not count before `record`. */
  async flush(): Promise<void> {
    await writing(this.folder, () => eachOf(this.#staged, async ([name, { buffer, length }]) => {
      if (length === 0) return;
      const at = this.#grown.get(name) ?? this.#lengthOf(name);
      await using file = await open(this.pathOf(name), 'a');
      await writeAll(file, buffer.subarray(0, length));
      this.#grown.set(name, at + length);
    }));
    this.#staged.clear();
    this.#stagedBytes = 0;
  }

  /** Makes everything added so far count, with the offsets that it reaches to; it is on the disk when this returns. */
  async record(change: Partial<Pick<Ledger, 'next' | 'committed' | 'topicId'>>): Promise<void> {
    await this.flush();
    await writing(this.folder, async () => {
      await eachOf(this.#grown, async ([name]) => {
        await using file = await open(this.pathOf(name), 'r+');
        await file.sync();
      });
      const isNew = [...this.#grown.keys()].some((name) => this.#lengthOf(name) === 0);
      if (isNew) await syncFolder(join(this.folder, 'hours'));
      const hours = new Map(this.#ledger.hours);
      for (const [name, bytes] of this.#grown) if (name !== quarantineName) hours.set(name, bytes);
      await this.#replace({ ...this.#ledger, ...change, hours, quarantined: this.#grown.get(quarantineName) ?? this.#ledger.quarantined });
      this.#grown.clear();
    });
  }

  /** Removes whole hours before this one. */
  async forget(before: number): Promise<void> {
    const old = [...this.#ledger.hours.keys()].filter((name) => hourOfName(name) < before);
    if (old.length === 0) return;
    await writing(this.folder, async () => {
      await this.#replace({ ...this.#ledger, hours: new Map([...this.#ledger.hours].filter(([name]) => !old.includes(name))) });
      await eachOf(old, (name) => rm(this.pathOf(name), { force: true }));
    });
  }

  #lengthOf(name: string): number {
    return (name === quarantineName ? this.#ledger.quarantined : this.#ledger.hours.get(name)) ?? 0;
  }

  #room(name: string, bytes: number): Staged {
    let staged = this.#staged.get(name);
    if (!staged) this.#staged.set(name, (staged = { buffer: Buffer.allocUnsafe(Math.max(stagedAtFirst, bytes)), length: 0 }));
    if (staged.length + bytes > staged.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(staged.buffer.length * 2, staged.length + bytes));
      staged.buffer.copy(larger, 0, 0, staged.length);
      staged.buffer = larger;
    }
    return staged;
  }

  async #replace(ledger: Ledger): Promise<void> {
    await writeLedger(join(this.folder, 'ledger.json'), ledger);
    this.#ledger = ledger;
  }

  /** Brings the files back to what the ledger says. */
  async #heal(logger: Logger): Promise<void> {
    const names = (await readdir(join(this.folder, 'hours'))).map((name) => name.replace(/\.jsonl$/u, ''));
    await eachOf(names.filter((name) => !this.#ledger.hours.has(name)), (name) => rm(this.pathOf(name), { force: true }));
    const missing: string[] = [];
    await eachOf(this.#ledger.hours, async ([name, bytes]) => {
      const size = await sizeOf(this.pathOf(name));
      if (size === undefined) missing.push(name);
      else if (size > bytes) await truncate(this.pathOf(name), bytes);
      else if (size < bytes) throw new ByomlError('FILE_CORRUPT', `${this.pathOf(name)} has ${size} bytes, but ${bytes} were written; restore it, or remove it to do without its records`, { details: { file: this.pathOf(name) } });
    });
    const set = (await sizeOf(this.pathOf(quarantineName))) ?? 0;
    if (set > this.#ledger.quarantined) await truncate(this.pathOf(quarantineName), this.#ledger.quarantined);
    // What was put aside belongs to whoever looks at it, and may be removed.
    else if (set < this.#ledger.quarantined) this.#ledger = { ...this.#ledger, quarantined: set };
    if (missing.length === 0) return;
    logger.warn(`${missing.length} hours of ${this.#ledger.origin.topic} were removed from ${this.folder} (the first is ${missing.toSorted()[0]}); their records are not read again`, { hours: missing.toSorted() });
    this.#ledger = { ...this.#ledger, hours: new Map([...this.#ledger.hours].filter(([name]) => !missing.includes(name))) };
  }
}

const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ size }) => size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    },
  );

async function writeAll(file: { write(buffer: Buffer): Promise<{ bytesWritten: number }> }, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes.subarray(done))).bytesWritten;
}

/** Some at a time: an hour each, there may be thousands. */
async function eachOf<T>(items: Iterable<T>, act: (item: T) => Promise<void>): Promise<void> {
  const list = [...items];
  for (let at = 0; at < list.length; at += atOnce) await Promise.all(list.slice(at, at + atOnce).map(act));
}

async function writing<T>(folder: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (isByomlError(error)) throw error;
    throw new ByomlError('WRITE_FAILED', `${folder} could not be written: ${(error as Error).message}`, { details: { folder }, cause: error });
  }
}
