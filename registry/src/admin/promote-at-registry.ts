import { z } from 'zod';
import { addressOf, askJson, type RegistryAccess } from '../author/ask-registry.ts';
import type { Released } from '../server/release.ts';
import type { VersionName } from './version-named.ts';

const released = z.object({ name: z.string(), version: z.string(), visible: z.iso.datetime() });

/** Lets a version appear at a registry elsewhere, as the account of the token. Throws what the registry refuses with. */
export const promoteAtRegistry = (access: RegistryAccess, { name, version }: VersionName, signal: AbortSignal): Promise<Released> =>
  askJson(access, `-/byoml/v1/release/${addressOf(name)}/${version}`, { method: 'POST', body: {}, schema: released }, signal);
