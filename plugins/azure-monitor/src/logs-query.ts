import { join } from 'node:path';
import { CacheFolder, Clock, defineDataSource, Logger, z } from '@byoml/core';
import { parseDuration } from '@byoml/core/detection-file';
import { credentialOf, credentialSetting, type CredentialSetting } from './credential.ts';
import { patient, type Patience } from './query-asking.ts';
import type { Ask } from './query-client.ts';
import { queryScan } from './query-scan.ts';
import { minuteMs } from './query-slices.ts';

const duration = (atLeast: number) =>
  z.string().refine((text) => {
    const ms = parseDuration(text);
    return ms !== undefined && ms >= atLeast && ms % minuteMs === 0;
  }, `expected whole minutes such as 15m, 1h or 1d${atLeast > 0 ? ', at least 1m' : ''}`);

const name = z.string().regex(/^[A-Za-z_]\w{0,99}$/u);

const settings = z
  .strictObject({
    workspace: z.guid().describe('Id of the workspace (customer id), such as 6f1c0f0e-0000-4000-8000-000000000000'),
    query: z.string().min(1).optional().describe('KQL without a time filter whose rows keep the time column; this or table'),
    table: name.optional().describe('Table to read, such as SigninLogs'),
    columns: z.array(name).min(1).optional().describe('Columns of the table to read; all when absent'),
    timeColumn: name.default('TimeGenerated').describe('Column that says when a record is of'),
    slice: duration(minuteMs).default('1h').describe('How much time one query asks for; halved down to a minute where the answer would be too large'),
    settle: duration(0).default('2h').describe('How old a slice must be before it is never asked for again; records may arrive so late'),
    parallel: z.int().min(1).max(5).default(5).describe('Queries at the same time; the service allows one user 5'),
    unique: name.optional().describe('Column that identifies a record: rows that repeat it are dropped'),
    endpoint: z.url({ protocol: /^https$/u }).default('https://api.loganalytics.io').describe('Address of the service; other clouds have their own'),
    credential: credentialSetting.default('default'),
  })
  .refine(({ query, table }) => (query === undefined) !== (table === undefined), { error: 'expected either "query" or "table"', path: ['query'] })
  .refine(({ columns, table }) => columns === undefined || table !== undefined, { error: 'goes with "table"; a query names its columns itself', path: ['columns'] });

/** What tests put in place of the network, and terms of the service; no setting of a user reaches it. */
export interface QueryDoors {
  readonly connect: (credential: CredentialSetting) => (endpoint: string, workspace: string) => Promise<Ask>;
  readonly patience: Patience;
  /** Rows at which the service cuts an answer off. */
  readonly rowLimit: number;
}

const outside: QueryDoors = {
  connect: (credential) => async (endpoint, workspace) => {
    const [{ queryClient }, signIn] = await Promise.all([import('./query-client.ts'), credentialOf(credential, endpoint)]);
    return queryClient({ endpoint, workspace, credential: signIn });
  },
  patience: patient,
  rowLimit: 500_000,
};

/**
 * Rows of a workspace, one file of JSON Lines for each slice of UTC time. A slice that ended longer ago than `settle` is asked for once and kept; a younger one
 * is asked for again by each run. `query` must be one whose rows keep the time column: the condition on it is put behind.
 */
export const logsQuerySource = ({ connect, patience, rowLimit }: QueryDoors = outside) =>
  defineDataSource({
    id: 'logs-query',
    summary: 'Rows of a Log Analytics workspace by KQL, asked for slice by slice and kept',
    settings,
    needs: { cache: CacheFolder, clock: Clock, log: Logger },
    create: ({ endpoint, slice, settle, credential, ...chosen }, { cache, clock, log }) => {
      const { origin } = new URL(endpoint);
      const folder = join(cache.path, 'logs-query');
      const ask = onceOf(() => connect(credential)(origin, chosen.workspace));
      return queryScan({ ...chosen, endpoint: origin, sliceMs: parseDuration(slice) as number, settleMs: parseDuration(settle) as number, folder, clock, log, patience, rowLimit, connect: ask });
    },
  });

/** The same promise for all who ask, until it fails. */
function onceOf<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make().catch((error: unknown) => {
    made = undefined;
    throw error;
  }));
}
