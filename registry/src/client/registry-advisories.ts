import { join } from 'node:path';
import { z } from '@byoml/core';
import { readAdvisories, type Advisory } from '../trust/advisories.ts';
import { parseJson } from '../trust/json.ts';
import type { PublicKey } from '../trust/keys.ts';
import { parsed } from '../trust/schema.ts';
import { writeAtomically } from './atomic-file.ts';
import { advisoriesFile } from './cached-advisories.ts';
import type { RegistrySession } from './registry-session.ts';

const key = 'v1/advisories.json';
const largest = 64 << 20;
const envelopes = z.union([z.array(z.unknown()), z.object({ advisories: z.array(z.unknown()) }).transform(({ advisories }) => advisories)]);

/** Reads a registry's advisories, keeps those whose signatures hold for later, when no registry is asked, and answers them. `roots`: keys of the organisation, which may warn too. Throws TRUST_REFUSED, REGISTRY_FAILED, WRITE_FAILED. */
export async function refreshAdvisories(session: RegistrySession, { roots, now }: { readonly roots: readonly PublicKey[]; readonly now: Date }): Promise<readonly Advisory[]> {
  const bytes = await session.signed(key, largest);
  const given = bytes ? parsed(envelopes, parseJson(bytes, key, largest), key) : [];
  const { accepted } = readAdvisories(given, [...session.keys, ...roots], now);
  await writeAtomically(join(session.folder, advisoriesFile), `${JSON.stringify(accepted)}\n`);
  return accepted;
}
