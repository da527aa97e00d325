import { z } from '@byoml/core';

export const payloadType = 'application/vnd.in-toto+json';

const base64 = (longest: number) => z.string().min(1).max(longest).regex(/^[A-Za-z0-9+/]+={0,2}$/, 'expected base64');
const whole = z.string().regex(/^\d{1,19}$/, 'expected a whole number as text');
const certificate = z.strictObject({ rawBytes: base64(16_384) });

/** Zeros and empty lists are left out by the library that writes bundles. */
const inclusionProof = z.strictObject({
  logIndex: whole.optional(),
  rootHash: base64(100),
  treeSize: whole,
  hashes: z.array(base64(100)).max(64).optional(),
  checkpoint: z.strictObject({ envelope: z.string().min(1).max(8192) }),
});

const logEntry = z.strictObject({
  logIndex: whole.optional(),
  logId: z.strictObject({ keyId: base64(100) }),
  kindVersion: z.strictObject({ kind: z.enum(['dsse', 'intoto', 'hashedrekord']), version: z.string().max(20) }),
  integratedTime: whole.optional(),
  inclusionPromise: z.strictObject({ signedEntryTimestamp: base64(1000) }).optional(),
  inclusionProof: inclusionProof.optional(),
  canonicalizedBody: base64(2 << 20),
});

/**
 * A sigstore bundle as `npm publish --provenance` attaches it, versions 0.1 to 0.3: a certificate, never a bare key, over one signed statement.
 * What is not listed here is refused before anything is decoded.
 */
export const provenanceBundleSchema = z.strictObject({
  mediaType: z.string().max(100).regex(/^application\/vnd\.dev\.sigstore\.bundle(?:\.v0\.3\+json|\+json;version=0\.[123])$/, 'expected a sigstore bundle of version 0.1, 0.2 or 0.3'),
  verificationMaterial: z.strictObject({
    certificate: certificate.optional(),
    x509CertificateChain: z.strictObject({ certificates: z.array(certificate).min(1).max(5) }).optional(),
    tlogEntries: z.array(logEntry).min(1).max(4),
    timestampVerificationData: z.strictObject({ rfc3161Timestamps: z.array(z.strictObject({ signedTimestamp: base64(16_384) })).max(4).optional() }).optional(),
  }),
  dsseEnvelope: z.strictObject({
    payload: base64(2 << 20),
    payloadType: z.literal(payloadType),
    signatures: z.tuple([z.strictObject({ sig: base64(2000), keyid: z.string().max(200).optional() })]),
  }),
});
