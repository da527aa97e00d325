import { Flags } from '@oclif/core';
import { openCatalogue, type FoundPlugin } from '@byoml/core/plugins';
import { ByomlCommand, plugin, workspace } from '../../command.ts';
import { installedOf, readLocked, type Locked, type ShownInstalled } from '../../locked-plugins.ts';
import { bold } from '../../render/colour.ts';
import { printable } from '../../render/plugin-printable.ts';
import { signerText } from '../../render/plugin-signer.ts';
import { table } from '../../render/table.ts';
import { installedRoot, pluginRoots } from '../../plugin-roots.ts';

interface Listed {
  readonly address: string;
  readonly kind: string;
  readonly version: string;
  readonly summary: string;
  /** Of an installed plugin: the level it runs at and who signed it. */
  readonly installed?: ShownInstalled;
  /** Whether it stands beside a newer version, for detections that stay on it. */
  readonly kept?: true;
}

export default class PluginsList extends ByomlCommand {
  static override summary = 'List the components of every installed plugin.';
  static override description = 'Reads manifests only: no code of a plugin runs.';
  static override examples = ['<%= config.bin %> plugins list', '<%= config.bin %> plugins list --kind algorithm --json'];
  static override flags = { kind: Flags.string({ description: 'Only components of this kind.' }), workspace, plugin };

  async run(): Promise<{ components: Listed[] }> {
    const { flags } = await this.parse(PluginsList);
    const catalogue = await openCatalogue({ roots: pluginRoots(flags.workspace), folders: flags.plugin ?? [] });
    const own = installedRoot(flags.workspace);
    const all = [...catalogue.plugins, ...catalogue.kept];
    const locked = all.some(({ root }) => root === own) ? await readLocked(flags.workspace) : {};
    const components = printable(all.flatMap((found) => listed(found, { own, locked, kept: catalogue.kept.includes(found) })));
    const chosen = components.filter(({ kind }) => flags.kind === undefined || kind === flags.kind);
    this.log(listText(chosen));
    return { components: chosen };
  }
}

function listed({ manifest, root }: FoundPlugin, { own, locked, kept }: { readonly own: string; readonly locked: Readonly<Record<string, Locked>>; readonly kept: boolean }): Listed[] {
  const { name, version } = manifest;
  const more = { ...(root === own && { installed: installedOf(locked[name], version) }), ...(kept && { kept }) };
  return manifest.components.map(({ kind, id, summary }) => ({ address: `${name.replace(/^@byoml\//, '')}/${id}${kept ? `@${version}` : ''}`, kind, version, summary, ...more }) as Listed);
}

function listText(components: readonly Listed[]): string {
  const withLevels = components.some(({ installed }) => installed !== undefined);
  const levels = ({ installed }: Listed): string[] => (withLevels ? [installed?.level ?? '', installed ? signerText(installed.signer) : ''] : []);
  const head = ['ADDRESS', 'KIND', 'VERSION', ...(withLevels ? ['LEVEL', 'SIGNED BY'] : []), 'SUMMARY'];
  return table([head.map(bold), ...components.map((one) => [one.address, one.kind, one.version, ...levels(one), one.summary])]);
}
