import type { PluginManifest } from '@byoml/core/plugins';
import type { AdmissionCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { manifestPath, validManifest } from '../plugin-manifest-file.ts';

const hint = 'Whoever upgrades is asked to consent to it.';
const lists = ['read', 'hosts', 'env'] as const;
const limits = ['wallMs', 'memoryMb'] as const;

/** Attack 11: told, not refused, because a plugin may grow; the client asks before it installs. */
export const capabilityGrowth: AdmissionCheck = {
  id: 'capability-growth',
  summary: 'Says what a version may do that the one before might not.',
  enforced: false,
  required: true,
  async run({ archive, previous }) {
    const now = validManifest(archive)?.capabilities;
    if (!now || !previous?.manifest) return [];
    return growth(previous.manifest.capabilities, now).map((what) => finding(`it asks for ${what}, which version ${previous.version} did not`, hint, manifestPath));
  },
};

type Capabilities = PluginManifest['capabilities'];

function growth(before: Capabilities, now: Capabilities): readonly string[] {
  const more = lists.flatMap((list) => (now[list] ?? []).filter((item) => !before[list]?.includes(item)).map((item) => `${list}: ${item}`));
  const higher = limits.filter((limit) => (now[limit] ?? 0) > (before[limit] ?? 0)).map((limit) => `${limit}: ${now[limit]}`);
  return [...more, ...higher];
}
