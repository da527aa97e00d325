import { ByomlError } from '@byoml/core';

/** Flags that a command needs where no detection is named. Throws USAGE_INVALID. */
export function required<F extends Readonly<Record<string, unknown>>, K extends keyof F & string>(flags: F, ...names: readonly K[]): { readonly [Name in K]: NonNullable<F[Name]> } {
  const missing = names.filter((name) => flags[name] === undefined);
  if (missing.length > 0) throw new ByomlError('USAGE_INVALID', `Missing required flag${missing.length > 1 ? 's' : ''} ${missing.map((name) => `--${name}`).join(', ')}; or name a detection of the workspace`, { details: { missing } });
  return flags as { readonly [Name in K]: NonNullable<F[Name]> };
}
