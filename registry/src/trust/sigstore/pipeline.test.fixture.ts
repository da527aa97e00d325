import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { initializeCA, initializeCTLog, initializeTLog } from '@sigstore/mock';
import { preAuthentication } from '../dsse.ts';
import { payloadType } from './bundle-schema.ts';
import type { ProvenanceSubject } from './statement.ts';

/** What a certificate says of a pipeline, by the last number of its extension; null leaves one out. */
export type Claims = Readonly<Record<number, string | null>>;

const repository = 'https://github.com/acme/detections';

export const claims: Claims = {
  8: 'https://token.actions.githubusercontent.com',
  12: repository,
  13: 'c0ffee0000000000000000000000000000000000',
  14: 'refs/heads/main',
  18: `${repository}/.github/workflows/publish.yml@refs/heads/main`,
  21: `${repository}/actions/runs/7/attempts/1`,
  23: 'release',
};

/** The statement that npm makes, before it is signed. */
export const statement = ({ name, version, integrity }: ProvenanceSubject) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: `pkg:npm/${name.replace('@', '%40')}@${version}`, digest: { sha512: Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex') } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: { buildDefinition: {} },
});

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** A sigstore of its own: an authority, a log of certificates and a log of signatures, all in memory. */
export interface MockSigstore {
  /** As `trusted_root.json` has it. */
  readonly trustedRoot: Record<string, any>;
  /** What a pipeline with these claims signs about a statement. */
  bundle(of: { readonly claims: Claims; readonly statement: unknown }): Promise<Record<string, any>>;
}

/** `certified`: the clock of the authority, for certificates that were over when they signed. */
export async function mockSigstore({ certified }: { readonly certified?: Date } = {}): Promise<MockSigstore> {
  const ctlog = await initializeCTLog(pair(), certified);
  const authority = await initializeCA(pair(), ctlog, certified);
  const log = await initializeTLog('https://rekor.example', pair());
  const logOf = (baseUrl: string, publicKey: Uint8Array) => ({
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(publicKey), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor: { start: '2020-01-01T00:00:00Z' } },
    logId: { keyId: base64(createHash('sha256').update(publicKey).digest()) },
  });
  return {
    trustedRoot: {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      certificateAuthorities: [{ subject: { organization: 'sigstore.mock', commonName: 'sigstore' }, uri: 'https://fulcio.example', certChain: { certificates: [{ rawBytes: base64(bytesOf(authority.rootCertificate)) }] }, validFor: { start: '2020-01-01T00:00:00Z' } }],
      tlogs: [logOf('https://rekor.example', log.publicKey)],
      ctlogs: [logOf('https://ctfe.example', ctlog.publicKey)],
      timestampAuthorities: [],
    },
    bundle: async ({ claims: named, statement: signed }) => {
      const { publicKey, privateKey } = pair();
      const extensions = Object.entries(named).flatMap(([number, value]) => (value === null ? [] : [{ oid: `1.3.6.1.4.1.57264.1.${number}`, value }]));
      const certificate = await authority.issueCertificate({ publicKey: publicKey.export({ format: 'der', type: 'spki' }), subjectAltName: named[18] ?? 'https://nobody.example', extensions });
      const payload = Buffer.from(JSON.stringify(signed));
      const sig = sign('sha256', preAuthentication(payloadType, payload), privateKey);
      const entry = { kind: 'dsse', apiVersion: '0.0.1', spec: { payloadHash: { algorithm: 'sha256', value: createHash('sha256').update(payload).digest('hex') }, signatures: [{ signature: base64(sig) }] } };
      return {
        mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        verificationMaterial: { certificate: { rawBytes: base64(bytesOf(certificate)) }, tlogEntries: [logged(await log.log(entry), entry)], timestampVerificationData: { rfc3161Timestamps: [] } },
        dsseEnvelope: { payload: base64(payload), payloadType, signatures: [{ sig: base64(sig), keyid: '' }] },
      };
    },
  };
}

/** An answer of the log's interface as a bundle has it. */
function logged(answer: Record<string, any>, { kind, apiVersion }: { readonly kind: string; readonly apiVersion: string }): object {
  const [{ body, integratedTime, logID, logIndex, verification: { inclusionProof: proof, signedEntryTimestamp } }] = Object.values(answer) as [any];
  const fromHex = (hex: string): string => base64(Buffer.from(hex, 'hex'));
  return {
    logIndex: String(logIndex),
    logId: { keyId: fromHex(logID) },
    kindVersion: { kind, version: apiVersion },
    integratedTime: String(integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: { logIndex: String(proof.logIndex), rootHash: fromHex(proof.rootHash), treeSize: String(proof.treeSize), hashes: proof.hashes.map(fromHex), checkpoint: { envelope: proof.checkpoint } },
    canonicalizedBody: body,
  };
}
