import { Flags } from '@oclif/core';
import { openCatalogue } from '@byoml/core/plugins';
import { ByomlCommand, plugin } from '../../command.ts';
import { bold } from '../../render/colour.ts';
import { table } from '../../render/table.ts';
import { pluginRoots } from '../../plugin-roots.ts';

interface Listed {
  readonly address: string;
  readonly kind: string;
  readonly version: string;
  readonly summary: string;
}

export default class PluginsList extends ByomlCommand {
  static override summary = 'List the components of every installed plugin.';
  static override description = 'Reads manifests only: no code of a plugin runs.';
  static override examples = ['<%= config.bin %> plugins list', '<%= config.bin %> plugins list --kind algorithm --json'];
  static override flags = { kind: Flags.string({ description: 'Only components of this kind.' }), plugin };

  async run(): Promise<{ components: Listed[] }> {
    const { flags } = await this.parse(PluginsList);
    const catalogue = await openCatalogue({ roots: pluginRoots(), folders: flags.plugin ?? [] });
    const components = catalogue.plugins.flatMap(({ manifest }) =>
      manifest.components.map(({ kind, id, summary }) => ({ address: `${manifest.name.replace(/^@byoml\//, '')}/${id}`, kind, version: manifest.version, summary })));
    const chosen = components.filter(({ kind }) => flags.kind === undefined || kind === flags.kind);
    this.log(table([['ADDRESS', 'KIND', 'VERSION', 'SUMMARY'].map(bold), ...chosen.map(({ address, kind, version, summary }) => [address, kind, version, summary])]));
    return { components: chosen };
  }
}
