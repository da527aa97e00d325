import { z } from '@byoml/core';
import type { FoundPlugin } from '@byoml/core/plugins';
import { printable } from '../render/plugin-printable.ts';
import type { AlertDifference, NotCompared } from './alert-difference.ts';
import type { Offer } from './marketplace.ts';
import { settingsDifference, type SettingChange } from './settings-difference.ts';
import { isPinned, type Use } from './used-by.ts';

/** What happens to a detection that uses the plugin. */
export interface PlannedDetection {
  readonly detection: string;
  readonly addresses: readonly string[];
  /** `stays`: the present version is kept beside the new one for it. */
  readonly happens: 'moves' | 'stays';
  /** Null for one that stays: its alerts do not change. */
  readonly alerts: AlertDifference | NotCompared | null;
}

interface Difference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What an upgrade of one plugin changes. */
export interface PluginPlan {
  readonly plugin: string;
  readonly from: string;
  readonly to: string;
  readonly capabilities: Difference;
  readonly components: Difference;
  /** Null where the manifest of the present version cannot be read. */
  readonly settings: readonly SettingChange[] | null;
  /** `name range`; a changed range is a removed and an added one. */
  readonly dependencies: Difference;
  readonly detections: readonly PlannedDetection[];
}

interface Planning {
  /** The present version; undefined when it cannot be found. */
  readonly present: FoundPlugin | undefined;
  readonly uses: readonly Use[];
  /** Detections that are to stay on the present version. */
  readonly stay: readonly string[];
  readonly alerts: (detection: string) => Promise<AlertDifference | NotCompared>;
}

const difference = (before: readonly string[], after: readonly string[]): Difference => ({ added: after.filter((one) => !before.includes(one)), removed: before.filter((one) => !after.includes(one)) });

const texts = z.record(z.string(), z.string()).catch({});

/** What a plugin needs beside the core, as `name range`. */
const needed = (dependencies: unknown): string[] => Object.entries(texts.parse(dependencies)).filter(([name]) => name !== '@byoml/core').map(([name, range]) => `${name} ${range}`).sort();

const ofPresent = (present: FoundPlugin | undefined): string[] => {
  const { optionalDependencies, dependencies } = (present?.packageJson ?? {}) as { readonly optionalDependencies?: unknown; readonly dependencies?: unknown };
  return needed({ ...texts.parse(optionalDependencies), ...texts.parse(dependencies) });
};

/** One text for each thing that is asked for, as the client of the marketplace has them. */
const capabilityTexts = (capabilities: Offer['capabilities']): string[] => Object.entries(capabilities).flatMap(([kind, asked]) => (Array.isArray(asked) ? asked.map((word) => `${kind}: ${word}`) : [`${kind}: ${asked as number}`]));

const componentTexts = (manifest: Offer['manifest'] | undefined): string[] => (manifest?.components ?? []).map(({ kind, id }) => `${kind} ${id}`);

const lostCapabilities = ({ installed, capabilities }: Offer): readonly string[] => (installed ? difference(capabilityTexts(installed.capabilities), capabilityTexts(capabilities)).removed : []);

/** What an upgrade to an offered version changes. Runs code only where `alerts` does. */
export async function planUpgrade(offer: Offer, planning: Planning): Promise<PluginPlan> {
  const { present } = planning;
  const from = offer.installed?.version ?? present?.version ?? '';
  return printable({
    plugin: offer.name, from, to: offer.version,
    capabilities: { added: offer.added, removed: lostCapabilities(offer) },
    components: difference(componentTexts(present?.manifest), componentTexts(offer.manifest)),
    settings: present ? settingsDifference(present.manifest, offer.manifest) : null,
    dependencies: difference(ofPresent(present), needed(offer.dependencies)),
    detections: await plannedDetections(planning, { from, to: offer.version }),
  });
}

async function plannedDetections({ uses, stay, alerts }: Planning, versions: { readonly from: string; readonly to: string }): Promise<PlannedDetection[]> {
  const detections: PlannedDetection[] = [];
  for (const use of uses) {
    const stays = stay.includes(use.detection) || isPinned(use, versions);
    detections.push({ ...use, happens: stays ? 'stays' : 'moves', alerts: stays ? null : await alerts(use.detection) });
  }
  return detections;
}
