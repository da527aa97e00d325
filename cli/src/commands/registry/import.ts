import { Args, Flags } from '@oclif/core';
import { importBundle, staticAdmission, type Imported } from '@byoml/registry/admin';
import { ByomlCommand } from '../../command.ts';
import { registryRoot, trustedRootFile } from '../../registry-root.ts';
import { importedText } from '../../render/registry.ts';

/** Exit status of everything that cannot be trusted. */
const refused = 5;

export default class RegistryImport extends ByomlCommand {
  static override summary = 'Take the packages of a bundle over into a registry, through its own checks.';
  static override description = 'Verifies the whole bundle from a root that came another way before it takes anything over: signed metadata, log, digests, signatures of authors. Publishes as the administrator; what is there is skipped, what differs is refused and told, and ends with 5. Can be run again when it was interrupted.';
  static override examples = ['<%= config.bin %> registry import ./bundle --root ./registry-data --trusted-root ./root.json'];
  static override args = { bundle: Args.string({ required: true, description: 'Folder that `registry export` wrote.' }) };
  static override flags = {
    root: registryRoot,
    'trusted-root': Flags.string({ required: true, helpValue: 'FILE', description: 'The root.json of the registry that the bundle comes from; not the one in the bundle.' }),
  };

  async run(): Promise<Imported> {
    const { args: { bundle }, flags: { root, 'trusted-root': trusted } } = await this.parse(RegistryImport);
    const trustedRoot = await trustedRootFile(trusted);
    this.progress.step('importing');
    const imported = await importBundle(root, { bundle, trustedRoot, admit: await staticAdmission(this.signal), progress: this.progress.update }, this.signal);
    this.progress.stop();
    this.log(importedText(imported));
    if (!imported.ok) process.exitCode = refused;
    return imported;
  }
}
