import { accessColumns, type AccessColumns, type AccessRow } from './access-rows.ts';
import { addActivity } from './activity.ts';
import { addBursts } from './bursts.ts';
import { Calendar } from './calendar.ts';
import { plantCampaigns, type CampaignKind, type Planted } from './campaigns.ts';
import { Hosts } from './hosts.ts';
import { filePaths } from './names.ts';
import { resolveOptions, type EnterpriseOptions, type ResolvedOptions } from './options.ts';
import { directory, domain, orgChart, type Person } from './org-chart.ts';
import { addServices, serviceAccounts } from './services.ts';
import { makeShares } from './shares.ts';

/** A planted access: the names are those that the view windows-file-shares gives. */
export interface TruthRow {
  readonly campaign: string;
  readonly kind: CampaignKind;
  readonly user: string;
  readonly resource: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly sourceHost: string;
}

/** A generated company and what its accounts did to its file shares. */
export interface Enterprise {
  readonly options: ResolvedOptions;
  /** Every human user. */
  readonly people: readonly Person[];
  /** `CORP\name` by code: the people, then the service accounts. */
  readonly users: readonly string[];
  /** `\\SERVER\share` by code. */
  readonly resources: readonly string[];
  /** Addresses by code. */
  readonly hosts: readonly string[];
  /** Paths below a share by code. */
  readonly paths: readonly string[];
  /** `YYYY-MM-DD` */
  readonly holidays: readonly string[];
  readonly accesses: AccessColumns;
  /** One row per campaign, user, resource, day and host. */
  readonly truth: readonly TruthRow[];
}

/** A pure function of its options; campaigns change nothing but their own rows. Throws SAMPLE_IMPOSSIBLE. */
export function generateEnterprise(given: EnterpriseOptions): Enterprise {
  const options = resolveOptions(given);
  const chart = orgChart(options);
  const calendar = new Calendar(options.start, options.days);
  const shares = makeShares(options, chart);
  const services = serviceAccounts(options.users);
  const hosts = new Hosts(options.users, services.length);
  const company = { seed: options.seed, calendar, chart, shares, hosts };
  const rows: AccessRow[] = [];
  addActivity(company, rows);
  addServices(company, rows);
  addBursts(company, rows);
  const planted = plantCampaigns(company, rows, options);
  const names = { users: [...chart.employees.map(({ name }) => `${domain}\\${name}`), ...services], resources: shares.names, hosts: hosts.names };
  return { options, people: directory(chart), ...names, paths: filePaths, holidays: calendar.holidays, accesses: accessColumns(rows, planted.rows), truth: truthOf(planted, names) };
}

type Names = Pick<Enterprise, 'users' | 'resources' | 'hosts'>;

function truthOf({ rows, campaigns }: Planted, { users, resources, hosts }: Names): TruthRow[] {
  const told = new Map<string, TruthRow>();
  for (const { campaign, user, resource, host, time } of rows) {
    const { name, kind } = campaigns[campaign] as Planted['campaigns'][number];
    const day = new Date(time).toISOString().slice(0, 10);
    told.set([campaign, user, resource, day, host].join(' '), { campaign: name, kind, user: users[user] as string, resource: resources[resource] as string, day, sourceHost: hosts[host] as string });
  }
  return [...told.values()];
}
