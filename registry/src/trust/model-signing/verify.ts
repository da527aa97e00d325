import { decodeBase64 } from '../base64.ts';
import { preAuthentication } from '../dsse.ts';
import { parseJson } from '../json.ts';
import { refusal } from '../refusal.ts';
import { parsed } from '../schema.ts';
import type { ModelVerificationKey } from './ec-keys.ts';
import { bundleSchema, filesByPath, largestPayload, payloadType, rootDigest, statementSchema, type ModelFile } from './statement.ts';

/** A model whose files are those that were signed. */
export interface VerifiedModel {
  /** Name that the signer gave it; informative. */
  readonly name: string;
  /** One SHA-256 for all files, in hexadecimal. */
  readonly digest: string;
  /** Of the key that signed. */
  readonly hint: string;
}

/**
 * Verifies a model folder after OpenSSF Model Signing v1.0: one of the keys has signed, and the files are the signed ones, none more, none less, none changed.
 * Stricter than the specification in one thing: no path is ignored, whatever the signer says, so list every file but the signature. Throws TRUST_REFUSED.
 */
export function verifyModel(bundle: unknown, files: Iterable<ModelFile>, keys: readonly ModelVerificationKey[]): VerifiedModel {
  const what = 'model signature';
  const { verificationMaterial: { publicKey: { hint } }, dsseEnvelope: { payload: encoded, signatures: [{ sig }] } } = parsed(bundleSchema, bundle, what);
  const payload = decodeBase64(encoded, what);
  const signed = preAuthentication(payloadType, payload);
  const signature = decodeBase64(sig, what);
  const signer = keys.find((key) => (hint === undefined || hint === key.hint) && key.isSignatureOf(signed, signature));
  if (!signer) throw refusal(what, hint === undefined || keys.some((key) => key.hint === hint) ? 'it is not that of a trusted key' : `key ${hint} is not trusted for models`);
  const { subject: [subject], predicate: { resources } } = parsed(statementSchema, parseJson(payload, what, largestPayload), what);
  const expected = filesByPath(resources.map(({ name, digest }) => ({ path: name, sha256: digest })), what);
  if (rootDigest(resources.map(({ digest }) => digest)) !== subject.digest.sha256) throw refusal(what, 'its digest of all files is not that of its list');
  refuseOtherFiles(expected, filesByPath(files, 'model'));
  return { name: subject.name, digest: subject.digest.sha256, hint: signer.hint };
}

function refuseOtherFiles(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): void {
  for (const [path, digest] of expected) {
    if (!found.has(path)) throw refusal('model', `${path} was signed but is missing`);
    if (found.get(path) !== digest) throw refusal('model', `${path} has the digest ${found.get(path)}, the signed one ${digest}`);
  }
  for (const path of found.keys()) if (!expected.has(path)) throw refusal('model', `${path} was not signed`);
}
