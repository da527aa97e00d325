import { Args, type Interfaces } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { allowLevel, ByomlCommand, workspace } from '../../command.ts';
import { terminal } from '../../installing/ask.ts';
import { acceptKey, grant, parseWanted, readRoot, registry, trustedRoot, yes } from '../../installing/flags.ts';
import { install, type InstalledDocument } from '../../installing/install.ts';
import { marketplace, type OfferRequest } from '../../installing/marketplace.ts';
import { restore, restoredText, type RestoredDocument } from '../../installing/restore.ts';
import { installedText } from '../../render/offer.ts';

type Given = Interfaces.InferredFlags<typeof PluginsInstall.flags>;

export default class PluginsInstall extends ByomlCommand {
  static override summary = 'Install a plugin from a registry, after showing whom it is from and what it asks for; without a name, restore what plugins.lock says.';
  static override description = 'Verifies the registry, the author and every byte before anything is unpacked; runs no script and no code of the plugin. Without a terminal it needs --yes. A community plugin runs only in a sandbox, which this version does not have yet: with --allow-level L0 it runs without one, which is recorded. Without a name, as after a clone, every version in plugins.lock is fetched again at the level that was agreed to; what differs from the lock is refused.';
  static override examples = [
    '<%= config.bin %> plugins install @acme/rare-hour@1.2.0 --registry https://plugins.example.com/ --workspace ./soc',
    '<%= config.bin %> plugins install @acme/rare-hour --yes --allow-level L0 --json',
    '<%= config.bin %> plugins install --workspace ./soc',
  ];
  static override args = { plugin: Args.string({ description: '[@scope/]name[@version], the version a number, range or tag; absent: everything in plugins.lock.' }) };
  static override flags = { workspace, registry, yes, grant, 'accept-key': acceptKey, 'allow-level': allowLevel, 'trusted-root': trustedRoot };

  async run(): Promise<InstalledDocument | RestoredDocument> {
    const { args, flags } = await this.parse(PluginsInstall);
    const common = { workspace: flags.workspace, ...(await readRoot(flags['trusted-root'])), now: new Date() };
    return args.plugin === undefined ? await this.#restore(common, flags) : await this.#install({ ...common, registry: flags.registry, ...parseWanted(args.plugin) }, flags);
  }

  async #install(request: OfferRequest, flags: Given): Promise<InstalledDocument> {
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

  async #restore(request: Parameters<typeof restore>[1], flags: Given): Promise<RestoredDocument> {
    const needless = (['registry', 'grant', 'accept-key', 'allow-level'] as const).find((name) => flags[name] !== undefined);
    if (needless) throw new ByomlError('USAGE_INVALID', `--${needless}: plugins.lock says that already; it goes only with the name of a plugin`, { details: { flag: needless } });
    this.progress.step('restoring');
    const restored = await restore(await marketplace(), request, this.signal);
    this.progress.stop();
    this.log(restoredText(restored));
    return restored;
  }
}
