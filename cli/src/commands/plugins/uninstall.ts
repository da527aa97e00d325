import { Args } from '@oclif/core';
import { ByomlCommand, workspace } from '../../command.ts';
import { parseWanted } from '../../installing/flags.ts';
import { marketplace } from '../../installing/marketplace.ts';
import { usedBy, workspaceIn } from '../../installing/used-by.ts';
import { yellow } from '../../render/colour.ts';

export default class PluginsUninstall extends ByomlCommand {
  static override summary = 'Remove an installed plugin, with the versions kept beside it.';
  static override examples = ['<%= config.bin %> plugins uninstall @acme/rare-hour --workspace ./soc'];
  static override args = { plugin: Args.string({ required: true, description: '[@scope/]name' }) };
  static override flags = { workspace };

  async run(): Promise<{ name: string; usedBy: readonly string[] }> {
    const { args, flags } = await this.parse(PluginsUninstall);
    const { name } = parseWanted(args.plugin);
    const using = (await usedBy(await workspaceIn(flags.workspace), name)).map(({ detection }) => detection);
    const { uninstallPlugin } = await marketplace();
    await uninstallPlugin(flags.workspace, name, new Date(), this.signal);
    this.log(`uninstalled ${name}`);
    if (using.length > 0) this.log(`${yellow('!')} ${using.join(', ')} used it and will not run without it`);
    return { name, usedBy: using };
  }
}
