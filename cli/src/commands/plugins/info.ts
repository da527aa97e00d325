import { Args } from '@oclif/core';
import { openCatalogue, type PluginManifest } from '@byoml/core/plugins';
import { ByomlCommand, plugin } from '../../command.ts';
import { pluginText } from '../../render/plugin.ts';
import { pluginRoots } from '../../plugin-roots.ts';

export default class PluginsInfo extends ByomlCommand {
  static override summary = 'Show a plugin, or one of its components: columns, settings, profiles.';
  static override description = 'Reads the manifest only: no code of the plugin runs.';
  static override examples = ['<%= config.bin %> plugins info anomalous-resource-access', '<%= config.bin %> plugins info anomalous-resource-access/access-walk'];
  static override args = { address: Args.string({ required: true, description: 'package or package/component' }) };
  static override flags = { plugin };

  async run(): Promise<PluginManifest> {
    const { args, flags } = await this.parse(PluginsInfo);
    const catalogue = await openCatalogue({ roots: pluginRoots(), folders: flags.plugin ?? [] });
    const shown = catalogue.describe(args.address);
    this.log(pluginText(shown));
    return shown;
  }
}
