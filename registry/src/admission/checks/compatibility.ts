import type { ComponentManifest, PluginManifest } from '@byoml/core/plugins';
import semver from 'semver';
import type { AdmissionCheck } from '../check.ts';
import { losses, narrowings } from '../code/schema-change.ts';
import { finding } from '../finding.ts';
import { manifestPath, validManifest } from '../plugin-manifest-file.ts';

const hint = 'Keep what users have written working, or raise the major version (below 1.0.0: the minor version).';

/** Promise 16: an upgrade within a major version breaks nobody. */
export const compatibility: AdmissionCheck = {
  id: 'compatibility',
  summary: 'What worked with the version before works with this one, unless the major version rises.',
  enforced: true,
  required: true,
  async run({ archive, previous, version }) {
    if (!previous?.manifest || mayBreak(previous.version, version)) return [];
    const manifest = validManifest(archive);
    if (!manifest) return [finding(`version ${previous.version} was a plugin, this one is none`, hint)];
    return changes(previous.manifest, manifest).map((change) => finding(`${change} (compared with version ${previous.version})`, hint, manifestPath));
  },
};

/** Also before 1.0.0 a patch breaks nothing, and a version below the newest is compared with nothing. */
function mayBreak(before: string, now: string): boolean {
  const [from, to] = [semver.parse(before), semver.parse(now)];
  if (!from || !to) return false;
  return semver.lt(now, before) || to.major > from.major || (from.major === 0 && to.minor > from.minor);
}

function changes(before: PluginManifest, after: PluginManifest): readonly string[] {
  return before.components.flatMap((component) => {
    const next = after.components.find(({ id, kind }) => id === component.id && kind === component.kind);
    return next ? componentChanges(component, next).map((change) => `${component.kind} "${component.id}": ${change}`) : [`the ${component.kind} "${component.id}" is gone`];
  });
}

function componentChanges(before: ComponentManifest, after: ComponentManifest): readonly string[] {
  return [
    ...narrowings(before.settings, after.settings).map((change) => `setting ${change}`),
    ...inputs(before, after).map((change) => `column ${change}`),
    ...outputs(before, after).map((change) => `output column ${change}`),
    ...profiles(before, after),
  ];
}

function inputs(before: ComponentManifest, after: ComponentManifest): readonly string[] {
  if ('input' in before && 'input' in after) return narrowings(before.input, after.input);
  return 'columns' in before && 'columns' in after ? narrowings(before.columns, after.columns) : [];
}

const outputs = (before: ComponentManifest, after: ComponentManifest): readonly string[] => ('output' in before && 'output' in after ? losses(before.output, after.output) : []);

function profiles(before: ComponentManifest, after: ComponentManifest): readonly string[] {
  if (before.kind !== 'algorithm' || after.kind !== 'algorithm') return [];
  return Object.keys(before.profiles ?? {}).filter((name) => !Object.hasOwn(after.profiles ?? {}, name)).map((name) => `the profile ":${name}" is gone`);
}
