import type { Run } from '@byoml/core';
import { openModelFolder } from '@byoml/core/models';
import type { ModelTrust } from '../trust/model-signing/signer.ts';
import type { VerifiedModel } from '../trust/model-signing/verify.ts';
import { judgeFolder, refusedModel } from './folder-signature.ts';

/** Verifies every file and the signature of a model folder. Throws TRUST_REFUSED, the MODEL_* codes for a folder that is no model, and the reason of the signal. */
export async function verifyFolder(folder: string, trust: ModelTrust, run: Pick<Run, 'signal' | 'progress'>): Promise<VerifiedModel> {
  const { signature, listed } = await openModelFolder(folder, run);
  if (!signature) throw refusedModel(folder, 'it is not signed: it has no model.sig');
  const { untrusted, ...verified } = judgeFolder(folder, signature, listed, trust);
  if (untrusted !== undefined) throw refusedModel(folder, untrusted);
  return verified;
}
