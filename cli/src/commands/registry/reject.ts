import { Args, Flags } from '@oclif/core';
import { openAdministered, rejectVersion, versionNamed, type Rejected } from '@byoml/registry/admin';
import { ByomlCommand } from '../../command.ts';
import { registryRoot } from '../../registry-root.ts';
import { bold } from '../../render/colour.ts';

export default class RegistryReject extends ByomlCommand {
  static override summary = 'Decide that a version which is held back never appears, and tell its author why.';
  static override description = 'For what a check has left to a person, such as a name that looks like another. Its author sees the reason with `publish --status`; the version never comes back.';
  static override examples = ['<%= config.bin %> registry reject @acme/rare-h0ur@1.0.0 --reason "looks like @acme/rare-hour" --root ./registry-data'];
  static override args = { version: Args.string({ required: true, description: 'NAME@VERSION' }) };
  static override flags = { root: registryRoot, reason: Flags.string({ required: true, helpValue: 'TEXT', description: 'Why, for its author.' }) };

  async run(): Promise<Rejected> {
    const { args, flags: { root, reason } } = await this.parse(RegistryReject);
    await using administered = await openAdministered(root, {}, this.signal);
    const rejected = await rejectVersion(administered, versionNamed(args.version), reason);
    this.log(`${bold(args.version)} never appears; its author is told why`);
    return rejected;
  }
}
