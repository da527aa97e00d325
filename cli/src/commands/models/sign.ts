import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { makeModelKey, readChain, readModelKey, signerText, signFolder, type SignedFolder, type SigningWith } from '@byoml/registry/author';
import { ByomlCommand, workspace } from '../../command.ts';
import { namedFolder } from '../../model-folder.ts';
import { bold, dim } from '../../render/colour.ts';

/** What the command answers with --json. */
interface Signing extends SignedFolder {
  /** Folder of the model. */
  readonly model: string;
  /** Public half of the key, in PEM. */
  readonly publicKey: string;
  /** Where that was written; null for a key that was there before. */
  readonly publicKeyFile: string | null;
}

/** A key that was read or made, and what of it is told. */
type Signer = SigningWith & Pick<Signing, 'publicKeyFile'>;

export default class ModelsSign extends ByomlCommand {
  static override summary = 'Sign the folder of a model, so that whoever loads it can tell whose it is and that nothing of it changed.';
  static override description = 'Writes model.sig beside the files, after OpenSSF Model Signing v1.0. Keys are ECDSA on P-256, P-384 or P-521.';
  static override examples = [
    '<%= config.bin %> models sign ./model --new-key ./model-key.pem',
    '<%= config.bin %> models sign ./model --key ./model-key.pem',
    '<%= config.bin %> models sign ./model --key ./model-key.pem --certificate ./chain.pem',
    '<%= config.bin %> models sign share-access@12 --key ./model-key.pem --workspace ./soc',
  ];
  static override args = { model: Args.string({ required: true, description: 'Folder of the model, or DETECTION@VERSION of the workspace.' }) };
  static override flags = {
    workspace,
    key: Flags.string({ helpValue: 'FILE', exactlyOne: ['key', 'new-key'], description: 'Your private key, in PEM.' }),
    'new-key': Flags.string({ helpValue: 'FILE', exactlyOne: ['key', 'new-key'], description: 'Make a new private key in this file, its public half beside it, and sign with it.' }),
    certificate: Flags.string({ helpValue: 'FILE', dependsOn: ['key'], description: 'Certificate of the key, then of each issuer, in PEM.' }),
  };

  async run(): Promise<Signing> {
    const { args, flags } = await this.parse(ModelsSign);
    const { folder, name } = await namedFolder(args.model, flags.workspace);
    const signer = await this.#signer(flags);
    let used: Signer | undefined;
    this.progress.step('hashing');
    const signed = await signFolder({ folder, name, with: async () => (used = await signer()) }, { signal: this.signal, progress: (update) => this.progress.update(update) });
    this.progress.stop();
    const { key: { publicPem }, publicKeyFile } = used as unknown as Signer;
    this.log([
      `${bold(args.model)} is signed by ${signerText(signed.signer)}`,
      ...(publicKeyFile === null ? [] : [`  made your key ${String(flags['new-key'])}: nobody else may have it; keep a copy where you keep what you cannot lose`, `  ${publicKeyFile}: its public half, for whoever verifies`]),
      dim(`  ${signed.files} files, digest ${signed.digest}, in ${signed.signature}`),
    ].join('\n'));
    return { model: folder, ...signed, publicKey: publicPem, publicKeyFile };
  }

  /** A key that is there is read at once, a new one made when it is needed. */
  async #signer({ key: path, 'new-key': made, certificate }: { readonly key: string | undefined; readonly 'new-key': string | undefined; readonly certificate: string | undefined }): Promise<() => Promise<Signer>> {
    if (made !== undefined) {
      return async () => {
        const { key, publicFile } = await makeModelKey(resolve(made));
        return { key, publicKeyFile: publicFile };
      };
    }
    if (path === undefined) throw new ByomlError('USAGE_INVALID', 'name a key with --key FILE, or make one with --new-key FILE');
    const key = await readModelKey(resolve(path));
    const chain = certificate === undefined ? undefined : await readChain(resolve(certificate), key, new Date());
    return async () => ({ key, chain, publicKeyFile: null });
  }
}
