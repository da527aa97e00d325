import { ByomlError } from '@byoml/core';
import { longestSuppression, parseDuration, parseExpiry, suppressionId, type Suppression } from '@byoml/core/detection-file';

const dayMs = 86_400_000;

export interface SuppressionFlags {
  readonly user?: string | undefined;
  readonly resource?: string | undefined;
  readonly scope?: string | undefined;
  readonly host?: string | undefined;
  readonly owner: string;
  readonly reason: string;
  readonly expires: string;
}

const invalid = (message: string, details: Readonly<Record<string, unknown>> = {}): ByomlError => new ByomlError('USAGE_INVALID', message, { details });

/** Milliseconds UTC of `30d` from now, a date or a moment, a whole second. */
function expiryOf(text: string, now: Date): number {
  const duration = parseDuration(text);
  const at = duration === undefined ? parseExpiry(text) : Math.floor((now.getTime() + duration) / 1000) * 1000;
  if (at === undefined) throw invalid(`--expires ${text}: expected a duration such as 30d, a date such as 2026-12-25 or a moment such as 2026-12-25T18:00:00Z`, { expires: text });
  if (at <= now.getTime() || at > now.getTime() + longestSuppression * dayMs) throw invalid(`--expires ${text}: expected a time to come, at most ${longestSuppression} days from now`, { expires: text });
  return at;
}

/** The suppression that flags describe, with an id that the file does not have yet. Throws USAGE_INVALID, also while one of the same patterns is in force. */
export function suppressionFrom(flags: SuppressionFlags, existing: readonly Suppression[], now: Date): Suppression {
  const { user = null, resource = null, scope = null, host: sourceHost = null, owner, reason } = flags;
  const match = { user, resource, scope, sourceHost };
  if (!Object.values(match).some((pattern) => pattern !== null && /[^*]/u.test(pattern))) throw invalid('name what is suppressed with --user, --resource, --scope or --host, with more than *');
  for (const [flag, text] of Object.entries({ owner, reason })) if (!/^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$/u.test(text)) throw invalid(`--${flag}: expected a text on one line`);
  const base = suppressionId(match);
  const like = existing.find((each) => suppressionId(each.match) === base && each.expires >= now.getTime());
  if (like) throw invalid(`${like.id} suppresses that already, until ${new Date(like.expires).toISOString()}; remove it first, or change its date in the file`, { id: like.id });
  const taken = new Set(existing.map(({ id }) => id));
  const id = [base, ...existing.map((_, at) => `${base}-${at + 2}`)].find((each) => !taken.has(each)) as string;
  return { id, match, owner, reason, expires: expiryOf(flags.expires, now), wide: false };
}
