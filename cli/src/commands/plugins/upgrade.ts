import { Args, Flags } from '@oclif/core';
import { allowLevel, ByomlCommand, workspace } from '../../command.ts';
import { now } from '../../detecting.ts';
import { alertDifference } from '../../installing/alert-difference.ts';
import { terminal } from '../../installing/ask.ts';
import { acceptKey, grant, parseWanted, readRoot, registry, trustedRoot, yes } from '../../installing/flags.ts';
import { marketplace } from '../../installing/marketplace.ts';
import { upgrade, type UpgradeDocument } from '../../installing/upgrade.ts';
import { installedText } from '../../render/offer.ts';

export default class PluginsUpgrade extends ByomlCommand {
  static override summary = 'Upgrade one or all installed plugins, or see what that would change.';
  static override description = 'The plan says, per plugin, what it newly asks for, which settings, components and dependencies change, and for each detection whether it moves and how its alerts change. A detection that is to --stay keeps the present version: its file is pinned to it. Without a terminal it needs --yes, and --grant for what is newly asked for.';
  static override examples = [
    '<%= config.bin %> plugins upgrade --plan --workspace ./soc',
    '<%= config.bin %> plugins upgrade @acme/rare-hour --stay server-logons --yes',
    '<%= config.bin %> plugins upgrade @acme/rare-hour --yes --grant "hosts: intel.example.com"',
  ];
  static override args = { plugin: Args.string({ description: '[@scope/]name[@version]; everything that is installed when absent.' }) };
  static override flags = {
    workspace,
    plan: Flags.boolean({ description: 'Show what would change; change nothing.' }),
    stay: Flags.string({ multiple: true, helpValue: 'DETECTION', description: 'Keep this detection on the present version (repeatable).' }),
    registry, yes, grant, 'accept-key': acceptKey, 'allow-level': allowLevel, 'trusted-root': trustedRoot, now,
  };

  async run(): Promise<UpgradeDocument> {
    const { args, flags } = await this.parse(PluginsUpgrade);
    const client = await marketplace();
    const ask = flags.yes || flags.plan ? undefined : terminal(this.signal);
    const upgraded = await upgrade(client, {
      wanted: args.plugin === undefined ? undefined : parseWanted(args.plugin),
      request: { workspace: flags.workspace, registry: flags.registry, ...(await readRoot(flags['trusted-root'])), now: new Date() },
      planOnly: flags.plan,
      stay: flags.stay ?? [],
      level: flags['allow-level'] ?? 'L3',
      consenting: { yes: flags.yes, grants: flags.grant ?? [], acceptKey: flags['accept-key'], ask },
      alerts: (opened, detection, offer) => alertDifference({ client, workspace: opened, detection, offer, acceptKey: flags['accept-key'], opening: this.opening(flags), now: flags.now }),
      show: (text) => this.show(text, ask !== undefined),
      step: (name) => this.progress.step(name),
    }, this.signal);
    this.progress.stop();
    for (const one of upgraded.upgraded) this.log(installedText(one));
    return upgraded;
  }
}
