import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Run } from '../../contracts/run.ts';
import { generateEnterprise, type Enterprise } from './enterprise.ts';
import { Hours } from './hours.ts';
import type { TimedLine } from './noise.ts';
import { resolveOptions, type EnterpriseOptions } from './options.ts';
import { readmeText } from './readme-text.ts';
import { workspaceId } from './record-text.ts';
import { entries, fillFolder } from './sample-folder.ts';

export type ExportLayout = 'PT1H' | 'PT05M';

export interface WriteEnterpriseOptions extends EnterpriseOptions {
  /** A new or empty folder, or one that this function filled before. */
  readonly out: string;
  /** One file an hour (default) or one per five minutes. */
  readonly layout?: ExportLayout;
}

export interface EnterpriseReport {
  readonly folder: string;
  /** Folder of the data export; its table is SecurityEvent. */
  readonly export: string;
  readonly truth: string;
  readonly people: string;
  readonly users: number;
  readonly shares: number;
  readonly days: number;
  readonly holidays: readonly string[];
  /** Records written, noise included. */
  readonly events: number;
  /** Records of accesses: what is left without machine accounts, IPC$, SYSVOL and NETLOGON. */
  readonly accesses: number;
  readonly bytes: number;
  readonly campaigns: number;
  readonly seconds: number;
  readonly generated: true;
}

const hourMs = 3_600_000;
const atOnce = 32;

/** Generates an enterprise and writes its records as a data export, people.csv, truth.jsonl and a README.md. Throws SAMPLE_IMPOSSIBLE, FOLDER_OCCUPIED, WRITE_FAILED. */
export async function writeEnterprise(options: WriteEnterpriseOptions, run: Pick<Run, 'signal' | 'progress'>): Promise<EnterpriseReport> {
  const began = performance.now();
  run.signal.throwIfAborted();
  const { out, layout = 'PT1H', ...shape } = options;
  resolveOptions(shape); // before anything is made
  const { enterprise, size } = await fillFolder(out, async (draft) => {
    const enterprise = generateEnterprise(shape);
    const size = await writeRecords(join(draft, entries.export), enterprise, layout, run);
    await writeFile(join(draft, entries.people), peopleText(enterprise));
    await writeFile(join(draft, entries.truth), enterprise.truth.map((row) => `${JSON.stringify(row)}\n`).join(''));
    await writeFile(join(draft, entries.readme), readmeText(enterprise, layout, size.events));
    return { enterprise, size };
  });
  const folder = resolve(out);
  return {
    folder,
    export: join(folder, entries.export),
    truth: join(folder, entries.truth),
    people: join(folder, entries.people),
    users: enterprise.people.length,
    shares: enterprise.resources.length,
    days: enterprise.options.days,
    holidays: enterprise.holidays,
    events: size.events,
    accesses: enterprise.accesses.count.reduce((sum, count) => sum + count, 0),
    bytes: size.bytes,
    campaigns: new Set(enterprise.truth.map(({ campaign }) => campaign)).size,
    seconds: (performance.now() - began) / 1000,
    generated: true,
  };
}

async function writeRecords(folder: string, enterprise: Enterprise, layout: ExportLayout, run: Pick<Run, 'signal' | 'progress'>): Promise<{ events: number; bytes: number }> {
  const hours = new Hours(enterprise);
  const container = join(folder, 'am-securityevent', 'WorkspaceResourceId=', workspaceId);
  const start = Date.parse(`${enterprise.options.start}T00:00:00Z`);
  const size = { events: 0, bytes: 0 };
  let pending: Promise<void>[] = [];
  for (let hour = 0; hour < hours.length; hour++) {
    const lines = hours.next(start + hour * hourMs);
    size.events += lines.length;
    for (const [name, text] of filesOf(lines, start + hour * hourMs, layout)) {
      size.bytes += text.length;
      pending.push(place(join(container, name), text));
    }
    if (pending.length >= atOnce || hour === hours.length - 1) {
      await allWritten(pending);
      pending = [];
      await setImmediate(); // a stop can only arrive between two turns of the event loop
      run.signal.throwIfAborted();
      run.progress({ done: hour + 1, total: hours.length, unit: 'hours' });
    }
  }
  return size;
}

/** Waits for all, also where one fails, so that nothing is written after the folder is given up. */
async function allWritten(pending: ReadonlyArray<Promise<void>>): Promise<void> {
  for (const result of await Promise.allSettled(pending)) if (result.status === 'rejected') throw result.reason;
}

async function place(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text, 'latin1'); // every character is ASCII
}

/** Names below the workspace, and what the files hold. */
function filesOf(lines: readonly TimedLine[], start: number, layout: ExportLayout): Array<readonly [name: string, text: string]> {
  const iso = new Date(start).toISOString();
  const hour = `y=${iso.slice(0, 4)}/m=${iso.slice(5, 7)}/d=${iso.slice(8, 10)}/h=${iso.slice(11, 13)}`;
  const text = (part: readonly TimedLine[]): string => `${part.map(({ line }) => line).join('\n')}\n`;
  if (layout === 'PT1H') return lines.length === 0 ? [] : [[`${hour}/m=00/PT1H.json`, text(lines)]];
  const parts = Map.groupBy(lines, ({ time }) => Math.floor((time - start) / 300_000) * 5);
  return [...parts].map(([minute, part]) => [`${hour}/m=${String(minute).padStart(2, '0')}/PT05M.json`, text(part)] as const);
}

const peopleText = ({ people }: Enterprise): string => ['user,manager,team,department,title', ...people.map(({ user, manager, team, department, title }) => `${user},${manager},${team},${department},${title}`), ''].join('\n');
