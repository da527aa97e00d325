import type { TargetChanges } from '../trust/tuf/repository.ts';
import type { TargetDigest } from '../trust/tuf/target.ts';

/** Vouches for what clients read. Every method throws TRUST_REFUSED when the storage holds metadata that was not signed. */
export interface Signing {
  /** Resolves when the changes are signed, and when they and whatever was written before survive a loss of power. */
  publish(changes: TargetChanges, signal: AbortSignal): Promise<void>;
  /** From now on these are signed and no others; nothing is written when they are already. */
  replace(all: ReadonlyMap<string, TargetDigest>, signal: AbortSignal): Promise<void>;
  /** What is signed about a path; undefined for nothing. */
  signed(path: string, signal: AbortSignal): Promise<TargetDigest | undefined>;
}
