import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Advisory } from '../trust/advisories.ts';

export const advisoriesFile = 'advisories.json';

const advisory = z.object({
  id: z.string(), digests: z.array(z.string()), reason: z.string(), severity: z.enum(['low', 'medium', 'high', 'critical']), expires: z.iso.datetime(),
  affected: z.object({ name: z.string(), versions: z.string() }),
});
const schema = z.array(advisory).max(10_000);

/** The advisories that a workspace last read of a registry and whose signatures held then. None when it never did. */
export function cachedAdvisories(trust: string, registry: string): readonly Advisory[] {
  try {
    return schema.parse(JSON.parse(readFileSync(join(trust, registry, advisoriesFile), 'utf8')));
  } catch {
    return [];
  }
}

/** Those about exactly these bytes that still count. */
export const advisoriesAbout = (advisories: readonly Advisory[], digest: string, now: Date): readonly Advisory[] => advisories.filter(({ digests, expires }) => digests.includes(digest) && now < new Date(expires));
