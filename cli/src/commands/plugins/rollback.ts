import { Args } from '@oclif/core';
import { ByomlCommand, workspace } from '../../command.ts';
import { parseWanted } from '../../installing/flags.ts';
import { installedDocument, type InstalledDocument } from '../../installing/install.ts';
import { marketplace } from '../../installing/marketplace.ts';
import { installedText } from '../../render/offer.ts';

export default class PluginsRollback extends ByomlCommand {
  static override summary = 'Go back to the version of a plugin that was installed before, as it was agreed to then.';
  static override examples = ['<%= config.bin %> plugins rollback @acme/rare-hour --workspace ./soc'];
  static override args = { plugin: Args.string({ required: true, description: '[@scope/]name' }) };
  static override flags = { workspace };

  async run(): Promise<InstalledDocument> {
    const { args, flags } = await this.parse(PluginsRollback);
    const { name } = parseWanted(args.plugin);
    const { rollbackPlugin } = await marketplace();
    const installed = installedDocument(name, await rollbackPlugin(flags.workspace, name, new Date(), this.signal));
    this.log(installedText(installed));
    return installed;
  }
}
