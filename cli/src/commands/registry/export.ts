import { Args, Flags } from '@oclif/core';
import { exportBundle, packageChoice, type Exported } from '@byoml/registry/admin';
import { ByomlCommand } from '../../command.ts';
import { registryRoot } from '../../registry-root.ts';
import { exportedText } from '../../render/registry.ts';

export default class RegistryExport extends ByomlCommand {
  static override summary = 'Write what everybody may read of a registry into a folder, for a machine without a network.';
  static override description = 'The folder is one signed edition, also while a server runs: it can be installed from, served by any static host, and imported into another registry. It never holds keys, private objects or hidden versions.';
  static override examples = ['<%= config.bin %> registry export ./bundle --root ./registry-data', '<%= config.bin %> registry export ./bundle --root ./registry-data --package @acme/rare-hour@^1.2 --package @byoml/files'];
  static override args = { out: Args.string({ required: true, description: 'Folder of the bundle; new or empty.' }) };
  static override flags = {
    root: registryRoot,
    package: Flags.string({ multiple: true, helpValue: 'NAME[@RANGE]', description: 'Only this package (repeatable).' }),
  };

  async run(): Promise<Exported> {
    const { args: { out }, flags: { root, package: packages } } = await this.parse(RegistryExport);
    this.progress.step('exporting');
    const exported = await exportBundle(root, { out, ...(packages && { packages: packages.map(packageChoice) }), progress: this.progress.update }, this.signal);
    this.progress.stop();
    this.log(exportedText(exported));
    return exported;
  }
}
