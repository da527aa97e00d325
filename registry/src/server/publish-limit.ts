import { ByomlError } from '@byoml/core';
import type { Registry } from './registry.ts';

const limited = (account: string, until: string, why: string): ByomlError => new ByomlError('PUBLISH_LIMITED', `"${account}" is frozen until ${until}${why}`, { details: { account, until } });

/** Throws PUBLISH_LIMITED when one more publication would be too many in so short a time. */
export function refuseFrequent({ packages, settings: { publishLimit }, now }: Registry, account: string): void {
  const { count, windowMs, freezeMs } = publishLimit;
  if (packages.history.publications(account, now() - windowMs).length < count) return;
  throw limited(account, new Date(now() + freezeMs).toISOString(), `: it published ${count} versions within ${windowMs / 60_000} minutes`);
}

/** Throws PUBLISH_LIMITED while the account is frozen. */
export async function refuseFrozen({ accounts, now, signal }: Registry, account: string): Promise<void> {
  const { frozenUntil = null } = (await accounts.find(account, signal)) ?? {};
  if (frozenUntil !== null && Date.parse(frozenUntil) > now()) throw limited(account, frozenUntil, '');
}
