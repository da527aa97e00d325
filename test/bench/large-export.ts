import { createWriteStream, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { generateEnterprise } from '@byoml/core/samples';
import { keyedHash } from '@byoml/core/random';
import { securityEvent } from './security-event.ts';

/** What an export of a company of 1,200 accounts over 45 days holds. Generated. */
export interface LargeExport {
  readonly records: number;
  readonly accesses: number;
  readonly bytes: number;
  /** Days since 1970: the first, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const otherEvents = [4624, 4634, 4672, 4688] as const;
/** Records per access: a tenth are accesses. */
const perAccess = 10;

/** Writes hourly blobs of which a tenth are accesses to shares, the rest logons and processes. */
export async function writeLargeExport(folder: string): Promise<LargeExport> {
  const { accesses, users, resources, hosts, options } = generateEnterprise({ seed: 7, users: 1200, days: 45, campaigns: { sweeps: 0, fanOuts: 0, insiders: 0 } });
  const from = Date.parse(options.start) / dayMs;
  const names = { users: users.map((user) => user.split('\\') as [string, string]), resources: resources.map((resource) => resource.split('\\').slice(2) as [string, string]) };
  let [records, found, bytes, row] = [0, 0, 0, 0];
  for (let hour = 0; hour < options.days * 24; hour++) {
    const start = from * dayMs + hour * hourMs;
    const lines: string[] = [];
    for (; row < accesses.length && (accesses.time[row] as number) < start + hourMs; row++) {
      const [domain, user] = names.users[accesses.user[row] as number] as [string, string];
      const [computer, share] = names.resources[accesses.resource[row] as number] as [string, string];
      const count = accesses.count[row] as number;
      found += count;
      for (let k = 0; k < count * perAccess; k++) {
        const event = k % perAccess === 0 ? 5140 : (otherEvents[k % otherEvents.length] as number);
        const time = Math.min(start + hourMs - 1, (accesses.time[row] as number) + k * 100);
        lines.push(securityEvent({ number: keyedHash(records, 'item') >>> 0, serial: records, at: new Date(time), event, domain, user, computer, share, address: hosts[accesses.host[row] as number] as string }));
        records++;
      }
    }
    bytes += await write(folder, new Date(start), lines);
  }
  return { records, accesses: found, bytes, from, to: from + options.days };
}

async function write(folder: string, at: Date, lines: readonly string[]): Promise<number> {
  if (lines.length === 0) return 0;
  const [date, hour] = [at.toISOString().slice(0, 10).split('-') as [string, string, string], at.toISOString().slice(11, 13)];
  const path = join(folder, 'am-securityevent', 'WorkspaceResourceId=', 'subscriptions', '0', 'workspaces', 'ws', `y=${date[0]}`, `m=${date[1]}`, `d=${date[2]}`, `h=${hour}`, 'm=00');
  mkdirSync(path, { recursive: true });
  const file = createWriteStream(join(path, 'PT1H.json'));
  for (const line of lines) if (!file.write(line)) await once(file, 'drain');
  file.end();
  await once(file, 'close');
  return file.bytesWritten;
}
