import { readAuthorities } from '../trust/model-signing/certificates.ts';
import { modelVerificationKey } from '../trust/model-signing/ec-keys.ts';
import type { ModelTrust } from '../trust/model-signing/signer.ts';
import { loadPolicy, type PolicyPlace } from '../trust/policy-file.ts';
import { policyText } from '../trust/policy-text.ts';

/** Paths of PEM files that somebody names for once. */
export interface NamedTrust {
  /** Of public keys. */
  readonly keys: readonly string[];
  /** Of certificates of authorities. */
  readonly certificates: readonly string[];
}

/** Whose signatures count: those that are named, otherwise those of the policy. Throws FILE_MISSING, TRUST_REFUSED, and as `loadPolicy`. */
export async function namedTrust({ keys, certificates }: NamedTrust, place: PolicyPlace): Promise<ModelTrust> {
  if (keys.length + certificates.length === 0) return (await loadPolicy(place)).models?.trust ?? {};
  const texts = (paths: readonly string[]): Promise<string[]> => Promise.all(paths.map((path) => policyText(path, 'required')));
  return {
    keys: (await texts(keys)).map(modelVerificationKey),
    certificates: (await texts(certificates)).flatMap((pem, at) => readAuthorities(pem, certificates[at] ?? 'certificate')),
  };
}
