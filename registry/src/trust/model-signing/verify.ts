import { decodeBase64 } from '../base64.ts';
import { preAuthentication } from '../dsse.ts';
import { parseJson } from '../json.ts';
import { refusal } from '../refusal.ts';
import { parsed } from '../schema.ts';
import { judgeSigner, what, type JudgedSigner, type ModelSigner, type ModelTrust, type Signature } from './signer.ts';
import { bundleSchema, filesByPath, largestPayload, payloadType, rootDigest, statementSchema, type ModelFile } from './statement.ts';

/** A model whose files are those that were signed. */
export interface VerifiedModel {
  /** Name that the signer gave it; informative. */
  readonly name: string;
  /** One SHA-256 for all files, in hexadecimal. */
  readonly digest: string;
  /** How many files are signed. */
  readonly files: number;
  readonly signer: ModelSigner;
}

/**
 * Verifies a model folder after OpenSSF Model Signing v1.0: somebody who is trusted has signed, and the files are the signed ones, none more, none less, none changed.
 * Stricter than the specification in one thing: no path is ignored, whatever the signer says, so list every file but the signature. Throws TRUST_REFUSED.
 */
export function verifyModel(bundle: unknown, files: Iterable<ModelFile>, trust: ModelTrust): VerifiedModel {
  const { untrusted, ...verified } = judgeModel(bundle, files, trust);
  if (untrusted !== undefined) throw refusal(what, untrusted);
  return verified;
}

/** As `verifyModel`, but a signer who is not trusted is answered with the reason. What cannot be right whoever signed, such as a changed file, is still refused. */
export function judgeModel(bundle: unknown, files: Iterable<ModelFile>, trust: ModelTrust): VerifiedModel & Pick<JudgedSigner, 'untrusted'> {
  const signature = signatureIn(bundle);
  const judged = judgeSigner(signature, trust);
  const { subject: [subject], predicate: { resources } } = parsed(statementSchema, parseJson(signature.payload, what, largestPayload), what);
  const expected = filesByPath(resources.map(({ name, digest }) => ({ path: name, sha256: digest })), what);
  if (rootDigest(resources.map(({ digest }) => digest)) !== subject.digest.sha256) throw refusal(what, 'its digest of all files is not that of its list');
  refuseOtherFiles(expected, filesByPath(files, 'model'));
  return { name: subject.name, digest: subject.digest.sha256, files: expected.size, ...judged };
}

function signatureIn(bundle: unknown): Signature {
  const { verificationMaterial: { publicKey, x509CertificateChain, certificate, tlogEntries = [] }, dsseEnvelope: { payload: encoded, signatures: [{ sig }] } } = parsed(bundleSchema, bundle, what);
  const payload = decodeBase64(encoded, what);
  const certificates = [...(certificate ? [certificate] : []), ...(x509CertificateChain?.certificates ?? [])].map(({ rawBytes }) => decodeBase64(rawBytes, what));
  return { bundle, publicKey, certificates, logged: certificate !== undefined || tlogEntries.length > 0, payload, signed: preAuthentication(payloadType, payload), signature: decodeBase64(sig, what) };
}

function refuseOtherFiles(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): void {
  for (const [path, digest] of expected) {
    if (!found.has(path)) throw refusal('model', `${path} was signed but is missing`);
    if (found.get(path) !== digest) throw refusal('model', `${path} has the digest ${found.get(path)}, the signed one ${digest}`);
  }
  for (const path of found.keys()) if (!expected.has(path)) throw refusal('model', `${path} was not signed`);
}
