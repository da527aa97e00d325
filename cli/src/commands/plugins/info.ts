import { Args } from '@oclif/core';
import { openCatalogue, type PluginManifest } from '@byoml/core/plugins';
import { ByomlCommand, plugin, workspace } from '../../command.ts';
import { installedOf, readLocked, type ShownInstalled } from '../../locked-plugins.ts';
import { pluginText } from '../../render/plugin.ts';
import { printable } from '../../render/plugin-printable.ts';
import { installedRoot, pluginRoots } from '../../plugin-roots.ts';

export default class PluginsInfo extends ByomlCommand {
  static override summary = 'Show a plugin, or one of its components: columns, settings, profiles; of an installed one also its level and signer.';
  static override description = 'Reads the manifest only: no code of the plugin runs.';
  static override examples = ['<%= config.bin %> plugins info anomalous-resource-access', '<%= config.bin %> plugins info anomalous-resource-access/access-walk'];
  static override args = { address: Args.string({ required: true, description: 'package or package/component' }) };
  static override flags = { workspace, plugin };

  async run(): Promise<PluginManifest & { installed?: ShownInstalled }> {
    const { args, flags } = await this.parse(PluginsInfo);
    const catalogue = await openCatalogue({ roots: pluginRoots(flags.workspace), folders: flags.plugin ?? [] });
    const shown = printable(catalogue.describe(args.address));
    const own = [...catalogue.plugins, ...catalogue.kept].some(({ name, version, root }) => name === shown.name && version === shown.version && root === installedRoot(flags.workspace));
    const installed = own ? installedOf((await readLocked(flags.workspace))[shown.name], shown.version) : undefined;
    this.log(pluginText(shown, installed));
    return { ...shown, ...(installed && { installed }) };
  }
}
