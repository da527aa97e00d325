import { z } from 'zod';
import { ByomlError } from '../../contracts/errors.ts';

export interface CampaignCounts {
  /** One account opens 5–8 shares of one other department in a day. */
  readonly sweeps: number;
  /** Three borrowed accounts, one source host, two working days. */
  readonly fanOuts: number;
  /** One account opens a share of a neighbouring team a day, for six working days. */
  readonly insiders: number;
}

export interface EnterpriseOptions {
  readonly seed: number;
  /** People employed at any time of the span. */
  readonly users: number;
  readonly days: number;
  /** First day, `YYYY-MM-DD`, default 2026-01-05 (a Monday). */
  readonly start?: string;
  /** Default: 5 sweeps, 4 fan-outs, 1 insider. */
  readonly campaigns?: CampaignCounts;
  /** First day, counted from 0, on which a campaign may act. Default: the last 30 % of the days, never before day 42. */
  readonly attackFrom?: number;
}

export type ResolvedOptions = Required<EnterpriseOptions>;

const count = z.int().min(0).max(1000);
const options = z.strictObject({
  seed: z.int().min(0).max(2 ** 32 - 1),
  users: z.int().min(40).max(20_000),
  days: z.int().min(7).max(730),
  start: z.iso.date().refine((day) => day >= '2000-01-01' && day < '2100-01-01', 'must lie between 2000 and 2099').default('2026-01-05'),
  campaigns: z.strictObject({ sweeps: count, fanOuts: count, insiders: count }).default({ sweeps: 5, fanOuts: 4, insiders: 1 }),
  attackFrom: z.int().min(5).optional(),
});
/** Three rows a user-day are held in memory. */
const mostUserDays = 3_000_000;

/** The options with their defaults. Throws SAMPLE_IMPOSSIBLE naming what does not fit. */
export function resolveOptions(given: EnterpriseOptions): ResolvedOptions {
  const { seed, users, days, start, campaigns, attackFrom } = given;
  const parsed = options.safeParse({ seed, users, days, start, campaigns, attackFrom });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw impossible(`${issue?.path.join('.') ?? 'options'}: ${issue?.message ?? 'invalid'}`, given);
  }
  if (users * days > mostUserDays) throw impossible(`${users} users on ${days} days are more than ${mostUserDays} user-days`, given);
  return { ...parsed.data, attackFrom: parsed.data.attackFrom ?? Math.max(42, Math.floor(parsed.data.days * 0.7)) };
}

export const impossible = (why: string, details: object): ByomlError => new ByomlError('SAMPLE_IMPOSSIBLE', `sample enterprise: ${why}`, { details: { ...details } });
