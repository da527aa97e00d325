import { loadPolicy, type PolicyPlace } from '../trust/policy-file.ts';
import type { ModelSigner } from '../trust/model-signing/signer.ts';
import type { ModelFile } from '../trust/model-signing/statement.ts';
import { judgeFolder, refusedModel } from './folder-signature.ts';

/** A model folder that is about to be loaded: its files were read and are those listed. */
export interface LoadedModel {
  readonly folder: string;
  readonly listed: readonly ModelFile[];
  /** Content of `model.sig`; null: there is none. */
  readonly signature: Uint8Array | null;
  /** Whether a run of this workspace made and recorded exactly this model. */
  readonly own: boolean;
}

interface Admitting extends PolicyPlace {
  readonly warn: (message: string) => void;
}

/**
 * Reads the policy, and answers what lets a model be loaded. A signature that its files do not match never does, whoever signed; a model that nobody who is trusted
 * has signed does where the policy does not ask for that, or where the workspace made it itself. Throws as `loadPolicy` and, for a model, TRUST_REFUSED.
 */
export async function openModelAdmission({ warn, ...place }: Admitting): Promise<(model: LoadedModel) => void> {
  const { models } = await loadPolicy(place);
  const { trust, required } = models ?? nobody;
  const warned = new Set<string>();
  const warnOnce = (message: string): void => {
    if (!warned.has(message)) warn(message);
    warned.add(message);
  };
  return ({ folder, listed, signature, own }) => {
    const judged = signature === null ? unsigned : judgeFolder(folder, signature, listed, trust);
    if (own || judged.untrusted === undefined) return;
    if (required) throw refusedModel(folder, judged.untrusted);
    if (judged.signer) warnOnce(`model ${folder} is what was signed, but nothing says to trust the signer, ${signerText(judged.signer)}: ${judged.untrusted}`);
  };
}

const nobody = { trust: {}, required: false };
const unsigned = { signer: undefined, untrusted: 'it is not signed, as the policy asks for: it has no model.sig' };

/** Who signed, in words. */
export function signerText(signer: ModelSigner): string {
  if (signer.method === 'key') return signer.hint === null ? 'a key without a name' : `key ${signer.hint}`;
  if (signer.method === 'certificate') return `${signer.subject} (certificate by ${signer.issuer})`;
  return signer.identity ? `${signer.identity.workflow} of ${signer.identity.repository} at ${signer.identity.ref}` : `a pipeline (key ${signer.hint})`;
}
