import { Args } from '@oclif/core';
import { allowLevel, ByomlCommand, workspace } from '../../command.ts';
import { terminal } from '../../installing/ask.ts';
import { acceptKey, grant, parseWanted, readRoot, registry, trustedRoot, yes } from '../../installing/flags.ts';
import { install, type InstalledDocument } from '../../installing/install.ts';
import { marketplace } from '../../installing/marketplace.ts';
import { installedText } from '../../render/offer.ts';

export default class PluginsInstall extends ByomlCommand {
  static override summary = 'Install a plugin from a registry, after showing whom it is from and what it asks for.';
  static override description = 'Verifies the registry, the author and every byte before anything is unpacked; runs no script and no code of the plugin. Without a terminal it needs --yes. A community plugin runs only in a sandbox, which this version does not have yet: with --allow-level L0 it runs without one, which is recorded.';
  static override examples = [
    '<%= config.bin %> plugins install @acme/rare-hour@1.2.0 --registry https://plugins.example.com/ --workspace ./soc',
    '<%= config.bin %> plugins install @acme/rare-hour --yes --allow-level L0 --json',
  ];
  static override args = { plugin: Args.string({ required: true, description: '[@scope/]name[@version], the version a number, range or tag.' }) };
  static override flags = { workspace, registry, yes, grant, 'accept-key': acceptKey, 'allow-level': allowLevel, 'trusted-root': trustedRoot };

  async run(): Promise<InstalledDocument> {
    const { args, flags } = await this.parse(PluginsInstall);
    const request = { workspace: flags.workspace, registry: flags.registry, ...parseWanted(args.plugin), ...(await readRoot(flags['trusted-root'])), now: new Date() };
    const ask = flags.yes ? undefined : terminal(this.signal);
    const installed = await install(await marketplace(), {
      request,
      level: flags['allow-level'] ?? 'L3',
      consenting: { yes: flags.yes, grants: flags.grant ?? [], acceptKey: flags['accept-key'], ask },
      show: (text) => this.show(text, ask !== undefined),
      step: (name) => this.progress.step(name),
    }, this.signal);
    this.progress.stop();
    this.log(installedText(installed));
    return installed;
  }
}
