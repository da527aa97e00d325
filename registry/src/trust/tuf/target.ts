import { createHash } from 'node:crypto';
import { refusal } from '../refusal.ts';

/** What signed metadata says about an object of the registry. */
export interface TargetDigest {
  /** Bytes. */
  readonly length: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

const pathPattern = /^[a-z0-9@_-][a-z0-9@._-]{0,199}(?:\/[a-z0-9@_-][a-z0-9@._-]{0,199})*$/;
const longestPath = 800;

/** What to publish about some bytes. */
export const targetDigest = (bytes: Uint8Array): TargetDigest => ({ length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });

/** Throws TRUST_REFUSED unless the path is one that the registry's storage can hold. */
export function refuseInvalidTarget(path: string): void {
  if (path.length > longestPath || !pathPattern.test(path)) throw refusal('targets', `"${path}" is no path of a target`);
}

/** Throws TRUST_REFUSED unless the bytes are those that were signed. */
export function refuseOtherBytes(path: string, bytes: Uint8Array, expected: TargetDigest): void {
  if (bytes.length !== expected.length) throw refusal('targets', `${path} has ${bytes.length} bytes, the signed one ${expected.length}`);
  const { sha256 } = targetDigest(bytes);
  if (sha256 !== expected.sha256) throw refusal('targets', `${path} has the digest ${sha256}, the signed one ${expected.sha256}`);
}
