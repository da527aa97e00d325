import { Args, Flags } from '@oclif/core';
import { checkManifest, type Fit } from '@byoml/core/data-fit';
import { allowLevel, ByomlCommand, plugin, workspace } from '../../command.ts';
import { parseWanted, readRoot, registry, trustedRoot } from '../../installing/flags.ts';
import { marketplace } from '../../installing/marketplace.ts';
import { fitText } from '../../render/fit.ts';
import { printable } from '../../render/plugin-printable.ts';
import { openSession } from '../../session.ts';

export default class PluginsCheck extends ByomlCommand {
  static override summary = 'See whether your data fits a plugin of a registry, before it is installed.';
  static override description = "Goes by the plugin's verified manifest: none of its code runs and nothing is installed, so of a view of its own only the table and the columns are checked. Exits with 0 when the data fits or fits partly, with 3 when it does not.";
  static override examples = [
    '<%= config.bin %> plugins check @acme/rare-hour --source logons.csv --registry https://plugins.example.com/ --map user=Account',
    '<%= config.bin %> plugins check @acme/rare-hour@1.2.0 --source ./export --set table=SigninLogs --view @acme/rare-hour/sign-ins',
  ];
  static override args = { plugin: Args.string({ required: true, description: '[@scope/]name[@version]' }) };
  static override flags = {
    source: Flags.string({ required: true, helpValue: 'PATH|ADDRESS', description: 'File, data-export folder or data source to look at.' }),
    set: Flags.string({ multiple: true, helpValue: 'KEY=VALUE', description: 'A setting of the source (repeatable).' }),
    map: Flags.string({ multiple: true, helpValue: 'COLUMN=PATH', description: 'Where a column of the algorithm is in the data (repeatable).' }),
    component: Flags.string({ helpValue: 'ID', description: "Algorithm or view to check; the plugin's only one when absent." }),
    view: Flags.string({ helpValue: 'ADDRESS', description: 'View that turns raw events into the columns of the algorithm: of this plugin, or an installed one.' }),
    workspace, registry, 'trusted-root': trustedRoot, plugin, 'allow-level': allowLevel,
  };

  async run(): Promise<Fit> {
    const { args, flags } = await this.parse(PluginsCheck);
    const { findOffer } = await marketplace();
    this.progress.step('looking');
    const { manifest } = await findOffer({ workspace: flags.workspace, registry: flags.registry, ...parseWanted(args.plugin), ...(await readRoot(flags['trusted-root'])), now: new Date() }, this.signal);
    await using session = await openSession({ ...this.opening(flags), workspace: flags.workspace });
    const { fit, unfit } = await checkManifest(session, { manifest, component: flags.component, source: flags.source, set: flags.set ?? [], map: flags.map ?? [], view: flags.view });
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(fitText(printable(fit)));
    if (unfit) throw unfit;
    return fit;
  }
}
