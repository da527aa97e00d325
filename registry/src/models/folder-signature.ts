import { ByomlError, isByomlError } from '@byoml/core';
import { parseJson } from '../trust/json.ts';
import { printable } from '../trust/refusal.ts';
import type { ModelTrust } from '../trust/model-signing/signer.ts';
import type { ModelFile } from '../trust/model-signing/statement.ts';
import { judgeModel } from '../trust/model-signing/verify.ts';

const largest = 32 << 20;

export const refusedModel = (folder: string, because: string, cause?: unknown): ByomlError =>
  new ByomlError('TRUST_REFUSED', `model ${folder}: ${printable(because)}`, { details: { folder, because: printable(because) }, ...(cause === undefined ? {} : { cause }) });

/** Judges the `model.sig` of a folder; what it throws names the folder. Throws TRUST_REFUSED. */
export function judgeFolder(folder: string, signature: Uint8Array, files: Iterable<ModelFile>, trust: ModelTrust): ReturnType<typeof judgeModel> {
  try {
    return judgeModel(parseJson(signature, 'model signature', largest), files, trust);
  } catch (thrown) {
    throw isByomlError(thrown) && thrown.code === 'TRUST_REFUSED' ? refusedModel(folder, thrown.message, thrown) : thrown;
  }
}
