import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { canonicalJson } from './json.ts';
import { refusal } from './refusal.ts';

/** The public half of an Ed25519 key, as plain data. */
export interface PublicKey {
  /** As TUF has it: SHA-256 of the key's canonical JSON, in hexadecimal. */
  readonly id: string;
  /** The 32 bytes in hexadecimal. */
  readonly hex: string;
}

/** Something that signs with an Ed25519 key; the private half stays inside, in this process or in a token. */
export interface SigningKey {
  readonly public: PublicKey;
  /** 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
}

const publicBytes = 32;
const signatureBytes = 64;
/** What comes before the 32 bytes in the SubjectPublicKeyInfo of RFC 8410. */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

const isEd25519 = (key: KeyObject): boolean => key.asymmetricKeyType === 'ed25519';
const hexOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).subarray(spkiPrefix.length).toString('hex');

/** What TUF metadata says about a key. */
export const keyJson = (hex: string) => ({ keytype: 'ed25519', scheme: 'ed25519', keyval: { public: hex } }) as const;

const fromHex = (hex: string): PublicKey => ({ hex, id: createHash('sha256').update(canonicalJson(keyJson(hex))).digest('hex') });

/** Reads a public key from 64 hexadecimal digits or from PEM. Throws TRUST_REFUSED. */
export function publicKey(text: string): PublicKey {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/.test(trimmed)) return fromHex(trimmed);
  try {
    if (trimmed.length > 1000 || !trimmed.startsWith('-----BEGIN PUBLIC KEY-----')) throw new TypeError('neither 64 hexadecimal digits nor PEM');
    const key = createPublicKey(trimmed);
    if (!isEd25519(key)) throw new TypeError(`an ${key.asymmetricKeyType} key, not Ed25519`);
    return fromHex(hexOf(key));
  } catch (thrown) {
    throw refusal('public key', `it is not an Ed25519 key: ${(thrown as Error).message}`, thrown);
  }
}

/** Reads a private key from PEM (PKCS #8). Throws TRUST_REFUSED and never says what it read. */
export function signingKey(pem: string): SigningKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw refusal('private key', 'it is not PEM of a private key');
  }
  if (!isEd25519(key)) throw refusal('private key', `it is an ${key.asymmetricKeyType} key, not Ed25519`);
  return { public: fromHex(hexOf(createPublicKey(key))), sign: (bytes) => new Uint8Array(sign(null, bytes, key)) };
}

/** A new private key as PEM: for a file that only its owner reads. */
export const generateKey = (): string => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** Whether the signature is this key's over these bytes; false for anything malformed. */
export function isSignedBy(key: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  const raw = Buffer.from(key.hex, 'hex');
  if (raw.length !== publicBytes || signature.length !== signatureBytes) return false;
  return verify(null, bytes, createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), type: 'spki', format: 'der' }), signature);
}
