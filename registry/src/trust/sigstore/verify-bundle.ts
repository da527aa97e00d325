import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity, Verifier, type Signer } from '@sigstore/verify';
import { messageOf, refusal } from '../refusal.ts';
import { parsed } from '../schema.ts';
import { provenanceBundleSchema } from './bundle-schema.ts';
import { identityOf } from './certificate-identity.ts';
import { differences, type ExpectedIdentity, type VerifiedIdentity } from './identity.ts';
import { refuseOtherSubject, type ProvenanceSubject } from './statement.ts';
import type { TrustedRoot } from './trusted-root.ts';

/** What a bundle has to be about, and who has to have made it. */
export interface ExpectedProvenance extends ProvenanceSubject {
  readonly identity: ExpectedIdentity;
  readonly trustedRoot: TrustedRoot;
}

/**
 * Verifies what `npm publish --provenance` attached: certificate chain and its log, signature, transparency log and time, then that it is about this tarball,
 * then that the pipeline is the pinned one. A valid bundle of another workflow, ref or repository is refused. Needs no network. Throws TRUST_REFUSED that names what differs.
 */
export function verifyProvenance(bundle: unknown, { identity, trustedRoot, ...subject }: ExpectedProvenance): VerifiedIdentity {
  const what = `provenance of ${subject.name}@${subject.version}`;
  const { identity: found, payload } = verifyBundle(bundle, trustedRoot, what);
  refuseOtherSubject(payload, subject, what);
  const wrong = differences(found, identity, subject);
  if (wrong.length > 0) throw refusal(what, wrong.join('; '));
  return found;
}

/** Verifies a bundle over any statement: chain, logs, time and signature. Answers whose it is, for the caller to compare, and what was signed. Throws TRUST_REFUSED. */
export function verifyBundle(bundle: unknown, trustedRoot: TrustedRoot, what: string): { readonly identity: VerifiedIdentity; readonly payload: Uint8Array } {
  const { signer, payload } = verifiedSignature(parsed(provenanceBundleSchema, bundle, what), trustedRoot, what);
  return { identity: identityOf(signer, what), payload };
}

/** The payload is the one that the library decoded and verified, so that no second decoder can read something else. */
function verifiedSignature(bundle: unknown, trustedRoot: TrustedRoot, what: string): { readonly signer: Signer; readonly payload: Uint8Array } {
  try {
    const read = bundleFromJSON(bundle);
    if (read.content.$case !== 'dsseEnvelope' || read.verificationMaterial.content.$case === 'publicKey') throw new TypeError('it has no certificate over a statement');
    return { signer: new Verifier(trustedRoot).verify(toSignedEntity(read)), payload: read.content.dsseEnvelope.payload };
  } catch (thrown) {
    throw refusal(what, `sigstore does not accept it: ${messageOf(thrown)}`, thrown);
  }
}
