import type { X509Certificate } from 'node:crypto';
import type { Run } from '@byoml/core';
import { openModelFolder, writeSignature } from '@byoml/core/models';
import type { ModelSigningKey } from '../trust/model-signing/ec-keys.ts';
import { signModel } from '../trust/model-signing/sign.ts';
import { judgeModel, type VerifiedModel } from '../trust/model-signing/verify.ts';

/** With what is signed. */
export interface SigningWith {
  readonly key: ModelSigningKey;
  /** Certificate of the key, then of each issuer, as `chainFor` has checked them; a bare key when absent. */
  readonly chain?: readonly X509Certificate[] | undefined;
}

/** A model folder that is to be signed. */
export interface FolderToSign {
  readonly folder: string;
  /** Informative. */
  readonly name: string;
  /** Asked when all files were read, so that a key that has to be made first is not made in vain. */
  readonly with: () => Promise<SigningWith>;
}

export interface SignedFolder extends Omit<VerifiedModel, 'name'> {
  /** Path of the signature. */
  readonly signature: string;
}

/**
 * Writes `model.sig` into a model folder, in one step, once every file was found to be that of the manifest. A signature that was there is replaced.
 * Throws the MODEL_* codes, TRUST_REFUSED for a signed folder that was changed, WRITE_FAILED, and the reason of the signal.
 */
export async function signFolder({ folder, name, with: signingWith }: FolderToSign, run: Pick<Run, 'signal' | 'progress'>): Promise<SignedFolder> {
  const { listed } = await openModelFolder(folder, run);
  run.signal.throwIfAborted();
  const { key, chain } = await signingWith();
  const bundle = signModel({ name, files: listed }, key, chain);
  const { digest, files, signer } = judgeModel(bundle, listed, {});
  return { digest, files, signer, signature: await writeSignature(folder, Buffer.from(`${JSON.stringify(bundle)}\n`)) };
}
