import type { X509Certificate } from 'node:crypto';
import { encodeBase64 } from '../base64.ts';
import { preAuthentication } from '../dsse.ts';
import { refusal } from '../refusal.ts';
import type { ModelSigningKey } from './ec-keys.ts';
import { byName, filesByPath, mediaType, payloadType, predicateType, rootDigest, statementType, type ModelFile } from './statement.ts';

interface BareKey {
  readonly publicKey: { readonly hint: string };
}

interface CertificateChain {
  readonly x509CertificateChain: { readonly certificates: ReadonlyArray<{ readonly rawBytes: string }> };
}

/** A model signature as the specification writes it to `model.sig`. */
export interface ModelBundle {
  readonly mediaType: string;
  readonly verificationMaterial: (BareKey | CertificateChain) & { readonly tlogEntries: readonly never[] };
  readonly dsseEnvelope: { readonly payload: string; readonly payloadType: string; readonly signatures: readonly [{ readonly sig: string; readonly keyid: '' }] };
}

/** What is signed. */
export interface ModelToSign {
  /** Name of the folder; informative. */
  readonly name: string;
  /** Every file but the signature itself, in any order. */
  readonly files: Iterable<ModelFile>;
  /** Path of the signature inside the folder, so that verifiers leave it out. */
  readonly signatureFile?: string;
}

/**
 * Signs a model folder after OpenSSF Model Signing v1.0, whole files: with a bare key, or with that of the first certificate of a chain (`chainFor`).
 * Throws TRUST_REFUSED for a list that cannot be signed.
 */
export function signModel({ name, files, signatureFile = 'model.sig' }: ModelToSign, key: ModelSigningKey, chain?: readonly X509Certificate[]): ModelBundle {
  const listed = filesByPath(files, 'model');
  if (!name) throw refusal('model', 'it needs a name');
  if (listed.has(signatureFile)) throw refusal('model', `${signatureFile} is the signature itself and cannot be signed`);
  const resources = [...listed].sort(([a], [b]) => byName(a, b)).map(([path, digest]) => ({ name: path, algorithm: 'sha256', digest }));
  const statement = {
    _type: statementType,
    subject: [{ name, digest: { sha256: rootDigest(resources.map(({ digest }) => digest)) } }],
    predicateType,
    predicate: { serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: [signatureFile] }, resources },
  };
  const payload = new TextEncoder().encode(JSON.stringify(statement));
  return {
    mediaType,
    verificationMaterial: { ...(chain ? { x509CertificateChain: { certificates: chain.map(({ raw }) => ({ rawBytes: encodeBase64(raw) })) } } : { publicKey: { hint: key.hint } }), tlogEntries: [] },
    dsseEnvelope: { payload: encodeBase64(payload), payloadType, signatures: [{ sig: encodeBase64(key.sign(preAuthentication(payloadType, payload))), keyid: '' }] },
  };
}
