import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Figure } from './run.ts';

const plugins = join(import.meta.dirname, '..', '..', 'plugins');

/** What a plugin's benchmark prints; each runs in a process of its own, with nothing of the one before in memory. */
async function printed<T>(file: string, ...flags: readonly string[]): Promise<T> {
  const child = spawn(process.execPath, ['--conditions=@byoml/source', join(plugins, file), ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = text(child.stdout);
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`${file} ended with ${status}`);
  return JSON.parse((await said).trim()) as T;
}

interface FromAzurite {
  /** Of what the SDK takes to write the same blobs into files. */
  readonly ratio: { readonly scan: number; readonly scanAndRows: number };
}

interface Records {
  readonly recordsPerSecond: { readonly source: number };
}

/** Sources beside the bare client on the same service in the same run, and the sink beside the limits of its service. */
export async function measure(): Promise<Figure[]> {
  const { ratio } = await printed<FromAzurite>('azure-storage/bench/from-azurite.ts', '--on-disk');
  const { recordsPerSecond } = await printed<Records>('event-hubs/bench/records.ts');
  return [
    { name: 'Azurite to files, 1.5 GB in 300 blobs, beside downloadToFile of the SDK', value: ratio.scan, unit: '×', limit: 0.8, keep: 'at least' },
    { name: 'Azurite to rows of a view, the same', value: ratio.scanAndRows, unit: '×', limit: 0.8, keep: 'at least' },
    { name: 'Event Hubs source, from a Kafka broker to spooled lines', value: recordsPerSecond.source, unit: 'records/s', limit: 50_000, keep: 'at least' },
    ...(await printed<Figure[]>('azure-monitor/bench/logs-ingestion.ts')),
  ];
}
