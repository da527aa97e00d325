import { createHash } from 'node:crypto';
import { z } from '@byoml/core';
import { refusal } from '../refusal.ts';
import { longestChain } from './certificates.ts';

/** A file of a model folder. */
export interface ModelFile {
  /** Relative to the folder, with slashes. */
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

export const predicateType = 'https://model_signing/signature/v1.0';
export const statementType = 'https://in-toto.io/Statement/v1';
export const payloadType = 'application/vnd.in-toto+json';
export const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
export const largestPayload = 16 << 20;
const mostFiles = 50_000;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** The specification lets verifiers ignore fields of resources and of the predicate that they do not know. */
export const statementSchema = z.strictObject({
  _type: z.literal(statementType),
  subject: z.tuple([z.strictObject({ name: z.string().min(1).max(1024), digest: z.strictObject({ sha256 }) })]),
  predicateType: z.literal(predicateType),
  predicate: z.object({
    serialization: z.object({ method: z.literal('files', 'only whole files are verified, not shards'), hash_type: z.literal('sha256'), allow_symlinks: z.boolean(), ignore_paths: z.array(z.string().max(1024)).max(1000).optional() }),
    resources: z.array(z.object({ name: z.string().min(1).max(1024), digest: sha256, algorithm: z.literal('sha256') })).min(1).max(mostFiles),
  }),
});

const base64 = (longest: number) => z.string().min(1).max(longest);

const certificate = z.object({ rawBytes: base64(16_384) });
/** One of the three methods: a bare key, a chain of certificates, a certificate of sigstore. */
const material = z
  .object({
    publicKey: z.object({ hint: z.string().max(200).optional() }).optional(),
    x509CertificateChain: z.object({ certificates: z.array(certificate).min(1).max(longestChain) }).optional(),
    certificate: certificate.optional(),
    tlogEntries: z.array(z.unknown()).max(4).optional(),
  })
  .refine((given) => [given.publicKey, given.x509CertificateChain, given.certificate].filter(Boolean).length === 1, 'expected exactly one of publicKey, x509CertificateChain and certificate');

/** Sigstore's bundle; of verification material nothing is trusted. */
export const bundleSchema = z.strictObject({
  mediaType: z.string().regex(/^application\/vnd\.dev\.sigstore\.bundle(?:\.v0\.3\+json|\+json;version=0\.[123])$/),
  verificationMaterial: material,
  dsseEnvelope: z.strictObject({
    payloadType: z.literal(payloadType),
    payload: base64(largestPayload * 2),
    signatures: z.tuple([z.strictObject({ sig: base64(400), keyid: z.string().max(200).nullish() })]),
  }),
});

/** What the specification leaves out of every signature, at the top of the folder. */
const leftOut = /^\.git(?:hub|ignore|attributes)?(?:\/|$)/;

/** The order of the specification: by code points. */
export const byName = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** One SHA-256 for all files: over their digests in the order of the list. */
export function rootDigest(digests: readonly string[]): string {
  const hash = createHash('sha256');
  for (const digest of digests) hash.update(Buffer.from(digest, 'hex'));
  return hash.digest('hex');
}

/** Path → digest. Throws TRUST_REFUSED for two files of one path, for a path that is not canonical, and for one that no signature covers. */
export function filesByPath(files: Iterable<ModelFile>, what: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const { path, sha256: digest } of files) {
    if (!isCanonical(path)) throw refusal(what, `"${path}" is no plain relative path`);
    if (leftOut.test(path)) throw refusal(what, `${path} is never covered by a model signature; leave it out of the folder`);
    if (found.has(path)) throw refusal(what, `${path} is listed twice`);
    if (!sha256.safeParse(digest).success) throw refusal(what, `the digest of ${path} is no SHA-256`);
    found.set(path, digest);
  }
  if (found.size === 0 || found.size > mostFiles) throw refusal(what, `a model has between 1 and ${mostFiles} files, not ${found.size}`);
  return found;
}

const isCanonical = (path: string): boolean => path.length <= 1024 && path.isWellFormed() && !/[\\\p{Cc}]/u.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
