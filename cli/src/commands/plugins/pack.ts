import { Args } from '@oclif/core';
import { packPlugin } from '@byoml/core/plugins';
import { ByomlCommand } from '../../command.ts';

export default class PluginsPack extends ByomlCommand {
  static override summary = "Write a plugin's manifest, byoml.plugin.json, from its built code.";
  static override examples = ['<%= config.bin %> plugins pack', '<%= config.bin %> plugins pack ./rare-hour'];
  static override args = { folder: Args.string({ default: '.', description: 'Folder of the plugin.' }) };

  async run(): Promise<{ manifest: string; components: string[] }> {
    const { args } = await this.parse(PluginsPack);
    const { path, manifest } = await packPlugin(args.folder);
    const components = manifest.components.map(({ kind, id }) => `${kind} ${id}`);
    this.log(`wrote ${path}\n  ${components.join('\n  ')}`);
    return { manifest: path, components };
  }
}
