import { Args, Flags } from '@oclif/core';
import { ByomlCommand } from '../../command.ts';
import { marketplace, type FoundPackage } from '../../installing/marketplace.ts';
import { bold } from '../../render/colour.ts';
import { printable } from '../../render/plugin-printable.ts';
import { table } from '../../render/table.ts';

export default class PluginsSearch extends ByomlCommand {
  static override summary = 'Search a registry for plugins.';
  static override description = 'What a search says is not signed: `plugins install` shows what is, before it asks.';
  static override examples = ['<%= config.bin %> plugins search "rare hours" --registry https://plugins.example.com/'];
  static override args = { text: Args.string({ required: true, description: 'Words to look for.' }) };
  static override flags = { registry: Flags.string({ required: true, helpValue: 'URL', description: 'Registry to ask.' }) };

  async run(): Promise<{ packages: readonly FoundPackage[] }> {
    const { args, flags } = await this.parse(PluginsSearch);
    const { searchRegistry } = await marketplace();
    const packages = printable(await searchRegistry(flags.registry, args.text, this.signal));
    const rows = packages.map(({ name, version, owners, published, description }) => [name, version, owners.join(', '), published.slice(0, 10), description]);
    this.log(rows.length === 0 ? 'nothing found' : table([['NAME', 'VERSION', 'OWNERS', 'PUBLISHED', ''].map(bold), ...rows]));
    return { packages };
  }
}
