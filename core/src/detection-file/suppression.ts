import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Suppression } from './detection.ts';

const dayMs = 86_400_000;
/** How far ahead a suppression may expire, in days: one that nobody looks at again is a hole. */
export const longestSuppression = 366;

/** Milliseconds of a date, which means the beginning of that UTC day, or of a moment with its zone; undefined for anything else. */
export function parseExpiry(text: string): number | undefined {
  const [, date, time] = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/u.exec(text) ?? [];
  if (date === undefined) return undefined;
  const day = Date.parse(`${date}T00:00:00Z`);
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== date) return undefined;
  const at = time === undefined ? day : Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** The shortest text that `parseExpiry` reads as this moment. */
export const expiryText = (at: number): string => new Date(at).toISOString().replace(/T00:00:00\.000Z$/u, '').replace(/\.000Z$/u, 'Z');

const suppressionKeys = ['user', 'resource', 'scope', 'sourceHost'] as const;

/** A name for what is matched, the same for the same patterns: `user-svc-backup-3f2a90`. */
export function suppressionId(match: Suppression['match']): string {
  const given = suppressionKeys.flatMap((key) => (match[key] === null ? [] : [[key, match[key].toLowerCase()] as const]));
  const words = given.map(([key, pattern]) => `${key.toLowerCase()}-${pattern}`).join('-').replaceAll(/[^a-z0-9]+/gu, '-').slice(0, 40).replaceAll(/^-|-$/gu, '');
  return `${words}-${createHash('sha256').update(JSON.stringify(given)).digest('hex').slice(0, 6)}`;
}

const line = (most: number, what: string) => z.string().max(most).regex(/^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$/u, `expected ${what} on one line`);
const pattern = z.string().min(1, 'expected a name or a pattern such as svc-*').max(400).nullable().prefault(null);

const match = z
  .strictObject({ user: pattern, resource: pattern, scope: pattern, sourceHost: pattern })
  .refine((given) => suppressionKeys.some((key) => given[key] !== null && /[^*]/u.test(given[key])), 'expected `user`, `resource`, `scope` or `sourceHost` with more than `*`');

const id = z.string().max(100).regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u, 'expected lower-case words joined by hyphens');

const expiry = z.string('expected a date such as 2026-12-25 or a moment such as 2026-12-25T18:00:00Z').transform((text, ctx): number => {
  const at = parseExpiry(text);
  if (at !== undefined && at <= Date.now() + longestSuppression * dayMs) return at;
  const message = at === undefined ? 'expected a date such as 2026-12-25 or a moment such as 2026-12-25T18:00:00Z' : `expected at most ${longestSuppression} days from now`;
  ctx.issues.push({ code: 'custom', message, input: text });
  return z.NEVER;
});

const suppression = z
  .strictObject({ id: id.optional(), match, owner: line(200, 'who answers for it,'), reason: line(500, 'why,'), expires: expiry, wide: z.boolean().prefault(false) })
  .transform((given): Suppression => ({ ...given, id: given.id ?? suppressionId(given.match) }));

/** The suppressions of a detection, each with a name of its own. */
export const suppressions: z.ZodType<readonly Suppression[]> = z.array(suppression).superRefine((all, ctx) => {
  const seen = new Set<string>();
  all.forEach((each, at) => {
    if (seen.has(each.id)) ctx.addIssue({ code: 'custom', path: [at, 'id'], message: `expected another id than ${each.id}, which is there already` });
    seen.add(each.id);
  });
}).prefault([]);
