import { defineDataSource, z, type FileFormat, type Run, type Scan, type ScanFile, type Window } from '@byoml/core';
import { atOnce } from './at-once.ts';
import type { Container } from './client.ts';
import { copiesOf, type Copy } from './copies.ts';
import { endingOf, ofOneFormat } from './format.ts';
import { findTimed, type TimedBlob } from './job-walk.ts';
import { gigabyte, lazyStore, readingNeeds, readingSettings, type ReadingServices } from './reading.ts';
import { usualPatience } from './retried.ts';
import { recordsOf, wholeOf } from './scan-file.ts';
import { walkOf } from './walk.ts';

const { account, ...others } = readingSettings;
const settings = z.strictObject({
  account,
  container: z.string().min(1).describe('Container to read'),
  prefix: z.string().default('').describe('Beginning of the names of the blobs to read; all of the container when absent'),
  format: z.enum(['jsonl', 'csv', 'parquet']).optional().describe('Format of the blobs; told from their names when absent'),
  unique: z.string().min(1).optional().describe('Column that identifies a record: those that repeat it count once'),
  ...others,
});
type Settings = z.output<typeof settings>;

/** Blobs of any container. */
export const blobs = defineDataSource({
  id: 'blobs',
  summary: 'CSV, JSON Lines or Parquet blobs below a prefix, also as an export job writes them',
  settings,
  needs: readingNeeds,
  create: (chosen, services) => {
    const open = lazyStore(chosen, services);
    return {
      async scan(window, run): Promise<Scan> {
        const container = (await open(run)).container(chosen.container);
        const { format, found } = await listed(container, chosen, services, { window, run });
        const wanted = found.map((each) => ({ ...each, ending: endingOf(each.blob.name, format) }));
        const { parallel, cacheGb, unique, prefix } = chosen;
        const copies = await copiesOf(wanted, { container, folder: services.cache.path, limitBytes: cacheGb * gigabyte, parallel, patience: usualPatience, log: services.log, run });
        const files = copies.flatMap(([{ span }, copy]) => (copy ? (scanFile(copy, { label: container.addressOf(copy.blob.name), span }) ?? []) : []));
        return { kind: 'files', format, files, name: `azure-storage/blobs (${printable(`${chosen.container}/${prefix}`)})`, ...(unique === undefined ? {} : { unique }) };
      },
    };
  },
});

interface Asked {
  readonly window: Window;
  readonly run: Run;
}

async function listed(container: Container, { prefix, format: chosen, parallel }: Settings, { log }: ReadingServices, { window, run }: Asked): Promise<{ readonly format: FileFormat; readonly found: readonly TimedBlob[] }> {
  const walk = walkOf(container, { from: window.from.getTime(), to: window.to.getTime() }, atOnce(parallel), run);
  const { format, blobs: ofFormat } = ofOneFormat(await findTimed(walk, prefix), chosen, container.address);
  const found = ofFormat.filter(({ blob: { name } }) => {
    const can = container.canAddress(name);
    if (!can) log.warn(`${container.addressOf(name)} has a name that no request can say; it is left out`);
    return can;
  });
  return { format, found: found.toSorted((a, b) => (a.blob.name < b.blob.name ? -1 : 1)) };
}

/** A blob that is still appended to may end in half a record; what was written at once is read as it is. */
const scanFile = (copy: Copy, told: Parameters<typeof wholeOf>[1]): ScanFile | undefined => (copy.blob.grows && copy.path.endsWith('.jsonl') ? recordsOf(copy, told) : wholeOf(copy, told));

const printable = (text: string): string => JSON.stringify(text).slice(1, -1);
