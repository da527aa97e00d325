import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { refusal } from '../refusal.ts';

/** Curves that the specification names, each with its hash: elliptic curves only, so Ed25519 is not among them. */
const hashes: Readonly<Record<string, string>> = { prime256v1: 'sha256', secp384r1: 'sha384', secp521r1: 'sha512' };

/** A key that verifies models: ECDSA on P-256, P-384 or P-521. */
export interface ModelVerificationKey {
  /** SHA-256 of the key's PEM in hexadecimal: what bundles call it by. */
  readonly hint: string;
  readonly pem: string;
  readonly isSignatureOf: (bytes: Uint8Array, signature: Uint8Array) => boolean;
}

/** A key that signs models. */
export interface ModelSigningKey {
  readonly hint: string;
  /** Of its public half. */
  readonly publicPem: string;
  readonly sign: (bytes: Uint8Array) => Uint8Array;
}

const hashOf = (key: KeyObject): string => {
  const hash = hashes[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (!hash) throw refusal('model key', `it is ${key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType}; models are signed with ECDSA on P-256, P-384 or P-521`);
  return hash;
};
const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const hintOf = (key: KeyObject): string => createHash('sha256').update(pemOf(key)).digest('hex');

/** Reads a public key from PEM. Throws TRUST_REFUSED. */
export function modelVerificationKey(pem: string): ModelVerificationKey {
  return verificationKeyOf(read(() => createPublicKey(pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----') ? pem : '')));
}

/** As `modelVerificationKey`, of a key that was read before. */
export function verificationKeyOf(key: KeyObject): ModelVerificationKey {
  const hash = hashOf(key);
  return { hint: hintOf(key), pem: pemOf(key), isSignatureOf: (bytes, signature) => verify(hash, bytes, key, signature) };
}

/** Reads a private key from PEM. Throws TRUST_REFUSED. */
export function modelSigningKey(pem: string): ModelSigningKey {
  const key = read(() => createPrivateKey(pem));
  const hash = hashOf(key);
  const publicHalf = createPublicKey(key);
  return { hint: hintOf(publicHalf), publicPem: pemOf(publicHalf), sign: (bytes) => new Uint8Array(sign(hash, bytes, key)) };
}

/** A new pair on P-256, as PEM. */
export function generateModelKey(): { readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

function read(work: () => KeyObject): KeyObject {
  try {
    return work();
  } catch {
    throw refusal('model key', 'it is not PEM of a key');
  }
}
