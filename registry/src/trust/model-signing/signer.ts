import type { X509Certificate } from 'node:crypto';
import { messageOf, printable, refusal } from '../refusal.ts';
import type { VerifiedIdentity } from '../sigstore/identity.ts';
import { certificateOf, nameOf, untrustedChain } from './certificates.ts';
import { verificationKeyOf, type ModelVerificationKey } from './ec-keys.ts';

/** Who signed a model. */
export type ModelSigner =
  | { readonly method: 'key'; readonly hint: string | null }
  /** `hint` is that of the key in the certificate. */
  | { readonly method: 'certificate'; readonly hint: string; readonly subject: string; readonly issuer: string }
  | { readonly method: 'sigstore'; readonly hint: string; readonly identity: VerifiedIdentity | null };

/** Verifies a bundle of sigstore by a pinned pipeline. Answers the signed bytes as it has read them. Throws TRUST_REFUSED. */
export type SigstoreTrust = (bundle: unknown) => { readonly identity: VerifiedIdentity; readonly payload: Uint8Array };

/** Whose signatures of models count: any one of these is enough. */
export interface ModelTrust {
  readonly keys?: readonly ModelVerificationKey[];
  /** Of authorities. */
  readonly certificates?: readonly X509Certificate[];
  readonly sigstore?: SigstoreTrust | undefined;
  /** The moment at which certificates must be valid; now when absent. */
  readonly now?: Date;
}

/** The parts of a bundle that say who signed. */
export interface Signature {
  readonly bundle: unknown;
  readonly publicKey: { readonly hint?: string | undefined } | undefined;
  /** In DER, the signer's first. */
  readonly certificates: readonly Uint8Array[];
  readonly logged: boolean;
  readonly payload: Uint8Array;
  /** What is signed: type and payload. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

export interface JudgedSigner {
  readonly signer: ModelSigner;
  /** Why the signer does not count; undefined: it does. */
  readonly untrusted: string | undefined;
}

export const what = 'model signature';

/** Says who signed, and whether that counts. Throws TRUST_REFUSED for a signature that does not hold, whoever is trusted. */
export function judgeSigner(given: Signature, trust: ModelTrust): JudgedSigner {
  if (given.publicKey) return judgeKey(given, given.publicKey.hint, trust);
  const chain = given.certificates.map((der) => certificateOf(der, what));
  const [certificate] = chain as [X509Certificate];
  const key = verificationKeyOf(certificate.publicKey);
  if (!key.isSignatureOf(given.signed, given.signature)) throw refusal(what, 'it is not that of its certificate');
  if (given.logged) return judgeSigstore(given, key, trust);
  const signer = { method: 'certificate', hint: key.hint, subject: nameOf(certificate.subject), issuer: nameOf(certificate.issuer) } as const;
  const { certificates = [], now = new Date() } = trust;
  return { signer, untrusted: certificates.length === 0 ? `no authority is trusted to issue the certificate of ${signer.subject}` : untrustedChain(chain, certificates, now) };
}

function judgeKey({ signed, signature }: Signature, hint: string | undefined, { keys = [] }: ModelTrust): JudgedSigner {
  const named = keys.filter((key) => hint === undefined || hint === key.hint);
  const signer = named.find((key) => key.isSignatureOf(signed, signature));
  if (signer) return { signer: { method: 'key', hint: signer.hint }, untrusted: undefined };
  if (hint !== undefined && named.length > 0) throw refusal(what, 'it is not that of the key that it names');
  if (hint === undefined) return { signer: { method: 'key', hint: null }, untrusted: 'it is not that of a trusted key' };
  return { signer: { method: 'key', hint: printable(hint) }, untrusted: `key ${printable(hint)} is not trusted for models` };
}

function judgeSigstore({ bundle, payload }: Signature, { hint }: ModelVerificationKey, { sigstore }: ModelTrust): JudgedSigner {
  const unknown = { method: 'sigstore', hint, identity: null } as const;
  if (!sigstore) return { signer: unknown, untrusted: 'no pipeline is trusted for models' };
  try {
    const verified = sigstore(bundle);
    if (!Buffer.from(verified.payload).equals(payload)) throw refusal(what, 'sigstore reads another statement');
    return { signer: { ...unknown, identity: verified.identity }, untrusted: undefined };
  } catch (thrown) {
    return { signer: unknown, untrusted: messageOf(thrown).replace(`${what}: `, '') };
  }
}
