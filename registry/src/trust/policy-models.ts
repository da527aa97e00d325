import { resolve } from 'node:path';
import { readAuthorities } from './model-signing/certificates.ts';
import { modelVerificationKey } from './model-signing/ec-keys.ts';
import type { ModelTrust } from './model-signing/signer.ts';
import type { Policy } from './policy.ts';
import { policyText } from './policy-text.ts';
import type { TrustedRoot } from './sigstore/trusted-root.ts';

/** What a policy says of models, with the keys and certificates that it names. */
export interface ModelPolicy {
  readonly trust: ModelTrust;
  /** Whether a model that none of them has signed is refused. */
  readonly required: boolean;
}

/** Reads what the policy names; paths count from `folder`. Throws FILE_MISSING, TRUST_REFUSED. */
export async function loadModelPolicy({ signedBy = [], certificates = [], identities, required }: NonNullable<Policy['models']>, folder: string, trustedRoot: TrustedRoot | undefined): Promise<ModelPolicy> {
  const pems = (named: readonly string[]): Promise<string[]> => Promise.all(named.map((text) => pemOf(text, folder)));
  const keys = (await pems(signedBy)).map(modelVerificationKey);
  const authorities = (await pems(certificates)).flatMap((pem) => readAuthorities(pem, 'models.certificates'));
  const sigstore = identities && trustedRoot && (await import('./model-signing/sigstore-trust.ts')).sigstoreTrust(trustedRoot, identities);
  return { trust: { keys, certificates: authorities, sigstore }, required };
}

const pemOf = async (text: string, folder: string): Promise<string> => (text.trimStart().startsWith('-----BEGIN ') ? text : policyText(resolve(folder, text), 'required'));
