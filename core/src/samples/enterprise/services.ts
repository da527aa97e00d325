import { keyedHash, randomFrom } from '../../random/index.ts';
import { addAccess, type Company } from './activity.ts';
import type { AccessRow } from './access-rows.ts';
import { shuffled } from './draw.ts';
import { domain } from './org-chart.ts';

const hourMs = 3_600_000;
const share = 0.015;
const kinds = ['index', 'backup', 'vulnscan', 'antivirus', 'deploy', 'print'] as const;

/** Names of the service accounts: 1–2 % of the people. */
export function serviceAccounts(users: number): string[] {
  return Array.from({ length: Math.max(3, Math.round(users * share)) }, (_, i) => `${domain}\\svc-${kinds[i % kinds.length] as string}${i < kinds.length ? '' : String(Math.floor(i / kinds.length) + 1)}`);
}

/** Parts of all shares a night: scanners and backups come round in some days; the vulnerability scanner takes a part of its own each Tuesday. */
const nightly: Readonly<Record<(typeof kinds)[number], number>> = { index: 1 / 28, backup: 1 / 28, vulnscan: 0, antivirus: 1 / 28, deploy: 0, print: 0 };
const scanned = 40;
const fixed = 3;

export function addServices({ seed, calendar, shares, hosts, chart }: Company, rows: AccessRow[]): void {
  const people = chart.employees.length;
  const all = Array.from(shares.names.keys());
  serviceAccounts(people).forEach((name, i) => {
    const random = randomFrom(keyedHash(seed, 'service', name));
    const kind = kinds[i % kinds.length] as (typeof kinds)[number];
    const round = shuffled(random, all);
    const own = shuffled(random, shares.company).slice(0, fixed);
    const portion = Math.ceil(all.length * nightly[kind]);
    for (let day = 0; day < calendar.days; day++) {
      const tonight = portion > 0 ? Array.from({ length: portion }, (_, k) => round[(day * portion + k) % all.length] as number) : kind === 'vulnscan' ? (calendar.weekday(day) === 1 ? shuffled(random, all).slice(0, scanned) : []) : own;
      for (const resource of tonight) addAccess(rows, random, { user: people + i, resource, host: hosts.service(i), time: calendar.startOf(day) + (1 + 3 * random.next()) * hourMs });
    }
  });
}
