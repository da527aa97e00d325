import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { namedTrust, signerText, verifyFolder } from '@byoml/registry/author';
import { ByomlCommand, workspace } from '../../command.ts';
import { namedFolder } from '../../model-folder.ts';
import { bold, dim, green } from '../../render/colour.ts';

/** What the command answers with --json. */
interface Verification extends Awaited<ReturnType<typeof verifyFolder>> {
  /** Folder of the model. */
  readonly model: string;
}

export default class ModelsVerify extends ByomlCommand {
  static override summary = 'Verify that the folder of a model is what somebody who is trusted has signed.';
  static override description = 'Reads every file. Those whose signature counts are named with --key or --certificate, or else in the `models` part of policy.yaml. Exit status 5 when it does not hold.';
  static override examples = [
    '<%= config.bin %> models verify ./model --key ./model-key.pub.pem',
    '<%= config.bin %> models verify ./model --certificate ./ca.pem',
    '<%= config.bin %> models verify ./model --workspace ./soc',
  ];
  static override args = { model: Args.string({ required: true, description: 'Folder of the model, or DETECTION@VERSION of the workspace.' }) };
  static override flags = {
    workspace,
    key: Flags.string({ multiple: true, helpValue: 'FILE', description: 'Public key whose signature counts, in PEM (repeatable).' }),
    certificate: Flags.string({ multiple: true, helpValue: 'FILE', description: 'Certificate of an authority whose signers count, in PEM (repeatable).' }),
  };

  async run(): Promise<Verification> {
    const { args, flags } = await this.parse(ModelsVerify);
    const { folder } = await namedFolder(args.model, flags.workspace);
    const paths = (named: readonly string[] = []): string[] => named.map((path) => resolve(path));
    const trust = await namedTrust({ keys: paths(flags.key), certificates: paths(flags.certificate) }, { workspace: flags.workspace, named: process.env['BYOML_POLICY'] });
    this.progress.step('hashing');
    const verified = await verifyFolder(folder, trust, { signal: this.signal, progress: (update) => this.progress.update(update) });
    this.progress.stop();
    this.log([`${green('✓')} ${bold(args.model)} is what ${signerText(verified.signer)} has signed`, dim(`  ${verified.files} files, digest ${verified.digest}`)].join('\n'));
    return { model: folder, ...verified };
  }
}
