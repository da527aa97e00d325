import type { X509Certificate } from 'node:crypto';
import { chainFor } from '../trust/model-signing/chain-for.ts';
import type { ModelSigningKey } from '../trust/model-signing/ec-keys.ts';
import { policyText } from '../trust/policy-text.ts';

/** The certificates of a PEM file to sign with. Throws FILE_MISSING, and TRUST_REFUSED for what nobody could verify. */
export const readChain = async (path: string, key: ModelSigningKey, now: Date): Promise<X509Certificate[]> => chainFor(key, await policyText(path, 'required'), now);
