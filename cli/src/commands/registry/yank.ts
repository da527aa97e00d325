import { Args, Flags } from '@oclif/core';
import { openAdministered, versionNamed, yankVersion, type Yanked } from '@byoml/registry/admin';
import { ByomlCommand } from '../../command.ts';
import { registryRoot } from '../../registry-root.ts';
import { bold } from '../../render/colour.ts';

export default class RegistryYank extends ByomlCommand {
  static override summary = 'Take a version out of what is newly installed; who has it keeps it.';
  static override description = 'For versions that are bad; where bytes are dangerous, `registry advisory` stops those who have them too.';
  static override examples = ['<%= config.bin %> registry yank @acme/rare-hour@1.2.0 --reason "forgets half of the users" --root ./registry-data', '<%= config.bin %> registry yank @acme/rare-hour@1.2.0 --undo --root ./registry-data'];
  static override args = { version: Args.string({ required: true, description: 'NAME@VERSION' }) };
  static override flags = {
    root: registryRoot,
    reason: Flags.string({ helpValue: 'TEXT', exactlyOne: ['reason', 'undo'], description: 'Why, for those who have it.' }),
    undo: Flags.boolean({ description: 'Let it be installed again.' }),
  };

  async run(): Promise<Yanked> {
    const { args, flags: { root, reason } } = await this.parse(RegistryYank);
    await using administered = await openAdministered(root, {}, this.signal);
    const yanked = await yankVersion(administered, versionNamed(args.version), reason ?? null);
    this.log(`${bold(args.version)} ${reason === undefined ? 'can be installed again' : 'is not newly installed any more'}`);
    return yanked;
  }
}
