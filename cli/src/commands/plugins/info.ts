import { Args, Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { openCatalogue, type PluginManifest } from '@byoml/core/plugins';
import { ByomlCommand, plugin, workspace } from '../../command.ts';
import { parseWanted, readRoot, trustedRoot } from '../../installing/flags.ts';
import { marketplace } from '../../installing/marketplace.ts';
import { offeredDocument, type OfferedDocument } from '../../installing/offered.ts';
import { installedOf, readLocked, type ShownInstalled } from '../../locked-plugins.ts';
import { offerText } from '../../render/offer.ts';
import { pluginText } from '../../render/plugin.ts';
import { printable } from '../../render/plugin-printable.ts';
import { installedRoot, pluginRoots } from '../../plugin-roots.ts';

interface Here {
  readonly workspace: string;
  readonly plugin?: readonly string[] | undefined;
}

interface Elsewhere {
  readonly workspace: string;
  readonly registry: string;
  readonly 'trusted-root'?: string | undefined;
}

export default class PluginsInfo extends ByomlCommand {
  static override summary = 'Show a plugin, or one of its components: columns, settings, profiles; of an installed one also its level and signer.';
  static override description = 'Reads the manifest only: no code of the plugin runs. With --registry it shows what a registry offers, verified as before an installation, and installs nothing.';
  static override examples = ['<%= config.bin %> plugins info anomalous-resource-access', '<%= config.bin %> plugins info anomalous-resource-access/access-walk', '<%= config.bin %> plugins info @acme/rare-hour@1.2.0 --registry https://plugins.example.com/'];
  static override args = { address: Args.string({ required: true, description: 'package or package/component; with --registry [@scope/]name[@version]' }) };
  static override flags = { workspace, plugin, registry: Flags.string({ helpValue: 'URL|DIR', description: 'Show what this registry, or the folder of an offline bundle, offers.' }), 'trusted-root': trustedRoot };

  async run(): Promise<(PluginManifest & { installed?: ShownInstalled }) | OfferedDocument> {
    const { args, flags } = await this.parse(PluginsInfo);
    if (flags.registry !== undefined) return this.#offered(args.address, { ...flags, registry: flags.registry });
    if (flags['trusted-root'] !== undefined) throw new ByomlError('USAGE_INVALID', '--trusted-root goes with --registry');
    return this.#installed(args.address, flags);
  }

  async #installed(address: string, flags: Here): Promise<PluginManifest & { installed?: ShownInstalled }> {
    const catalogue = await openCatalogue({ roots: pluginRoots(flags.workspace), folders: flags.plugin ?? [] });
    const shown = printable(catalogue.describe(address));
    const own = [...catalogue.plugins, ...catalogue.kept].some(({ name, version, root }) => name === shown.name && version === shown.version && root === installedRoot(flags.workspace));
    const installed = own ? installedOf((await readLocked(flags.workspace))[shown.name], shown.version) : undefined;
    this.log(pluginText(shown, installed));
    return { ...shown, ...(installed && { installed }) };
  }

  async #offered(address: string, flags: Elsewhere): Promise<OfferedDocument> {
    const request = { workspace: flags.workspace, registry: flags.registry, ...parseWanted(address), ...(await readRoot(flags['trusted-root'])), now: new Date() };
    const { findOffer } = await marketplace();
    this.progress.step('looking');
    const offer = await findOffer(request, this.signal);
    this.progress.stop();
    const document = offeredDocument(offer);
    this.log(`${offerText(offer, { level: 'L3', now: request.now })}\n\n${pluginText(document)}`);
    return document;
  }
}
