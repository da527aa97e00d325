import { Flags } from '@oclif/core';
import { verifyRegistry, type Verification } from '@byoml/registry/admin';
import { ByomlCommand } from '../../command.ts';
import { registryRoot, trustedRootFile } from '../../registry-root.ts';
import { verificationText } from '../../render/registry.ts';

/** Exit status of everything that cannot be trusted. */
const refused = 5;

export default class RegistryVerify extends ByomlCommand {
  static override summary = 'Look at everything in a registry: the log, every tarball, what is made from them, and what is signed.';
  static override description = 'Changes nothing; a server may run meanwhile. Compares the root with the keys beside the registry where they are, and with --trusted-root with one that was kept. Ends with 5 when something does not hold. A timestamp that is out of date is told only: the next start of the server signs a new one.';
  static override examples = ['<%= config.bin %> registry verify --root ./registry-data', '<%= config.bin %> registry verify --root ./registry-data --trusted-root ./root.json --json'];
  static override flags = {
    root: registryRoot,
    'trusted-root': Flags.string({ helpValue: 'FILE', description: 'A root.json that was kept elsewhere; else the first root of the registry is believed.' }),
  };

  async run(): Promise<Verification> {
    const { flags: { root, 'trusted-root': trusted } } = await this.parse(RegistryVerify);
    this.progress.step('verifying');
    const verification = await verifyRegistry(root, { ...(trusted !== undefined && { trustedRoot: await trustedRootFile(trusted) }), progress: this.progress.update }, this.signal);
    this.progress.stop();
    this.log(verificationText(verification));
    if (!verification.ok) process.exitCode = refused;
    return verification;
  }
}
