import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isByomlError, z, type Scan } from '@byoml/core';
import { aRun, recordingLogger } from '@byoml/core/testkit';
import { settings } from './settings.ts';
import { topicSource, type Timing } from './topic.ts';

const always = { from: new Date(0), to: new Date('2200-01-01') };
export const now = new Date('2026-11-24T12:00:00Z');
/** Members that were killed are forgotten soon, and nobody waits for what does not come. */
const soon: Timing = { sessionMs: 1500, patience: { firstMs: 3000, againMs: 45_000 } };

export interface Reader {
  readonly source: ReturnType<typeof topicSource>;
  readonly logger: ReturnType<typeof recordingLogger>;
  /** A new run: its scan. */
  readonly scan: (over?: Parameters<typeof aRun>[0]) => Promise<Scan & { readonly kind: 'files' }>;
  /** The lines of a new run's scan, file by file. */
  readonly lines: () => Promise<string[]>;
  readonly warnings: () => string[];
}

let runs = 0;

/** The source over a folder, as a process of its own would have it. */
export function reader(folder: string, given: object, timing: Timing = soon): Reader {
  const logger = recordingLogger();
  const source = topicSource(z.parse(settings, { table: 'SecurityEvent', ...given }), { data: { path: folder }, logger, clock: { now: () => now } }, timing);
  const scan = async (over: Parameters<typeof aRun>[0] = {}): Promise<Scan & { readonly kind: 'files' }> => (await source.scan(always, aRun({ id: `run${++runs}`, ...over }))) as Scan & { readonly kind: 'files' };
  return { source, logger, scan, lines: async () => linesOf(await scan()), warnings: () => logger.entries.filter(({ level }) => level === 'warn').map(({ message }) => message) };
}

/** What an engine would read. */
export async function linesOf({ files }: Scan & { readonly kind: 'files' }): Promise<string[]> {
  const texts = await Promise.all(files.map(async ({ url, bytes }) => (await readFile(fileURLToPath(url))).subarray(0, bytes).toString()));
  return texts.flatMap((text) => text.split('\n').slice(0, -1));
}

export const record = (id: number | string, hour = 6): string => `{"TenantId":"t","TimeGenerated":"2026-11-24T${String(hour).padStart(2, '0')}:05:00.1234567Z","_ItemId":"${id}","Number":1.0,"Big":12345678901234567890}`;
export const envelope = (...records: readonly string[]): string => `{"records": [${records.join(', ')}]}`;
export const idOf = (line: string): string => (JSON.parse(line) as { _ItemId: string })._ItemId;
export const failure = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'nothing', (error: unknown) => (isByomlError(error) ? `${error.code}: ${error.message}` : String(error)));
