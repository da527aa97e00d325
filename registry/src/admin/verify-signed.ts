import type { Storage } from '../storage/storage.ts';
import { keyOfRole } from '../trust/tuf/files.ts';
import { readMetadata } from '../trust/tuf/metadata.ts';
import type { TargetDigest } from '../trust/tuf/target.ts';
import { expiredRoles, readSignedEdition, type Role, type SignedEdition } from './signed-edition.ts';
import type { Findings } from './verification.ts';

interface SignedQuestion {
  readonly storage: Storage;
  readonly findings: Findings;
  /** What has to be signed, as it is in the storage; undefined when the log does not say. */
  readonly expected: ReadonlyMap<string, TargetDigest> | undefined;
  readonly trustedRoot?: Uint8Array | undefined;
  readonly now: number;
}

/** Follows the signed metadata from the root and compares it with what is in the storage. Answers it, and which roles clients refuse because they are out of date; undefined when it does not hold. */
export async function verifySigned({ storage, findings, expected, trustedRoot, now }: SignedQuestion, signal: AbortSignal): Promise<{ readonly edition: SignedEdition; readonly expired: readonly Role[] } | undefined> {
  const edition = await findings.told('tuf', () => readSignedEdition(storage, { trustedRoot, signal }));
  if (!edition) return undefined;
  await findings.told(keyOfRole('root'), () => verifyPointer(storage, edition, findings, signal));
  const expired = expiredRoles(edition, new Date(now));
  if (expired.includes('root')) findings.add(keyOfRole('root'), `it expired at ${edition.roles.root.expires.toISOString()}; \`byoml registry keys --rotate\` renews it`);
  if (expected) compare(edition.targets, expected, findings);
  return { edition, expired };
}

/** `root.json` is a copy of a numbered root: a client that begins there has to end at the same one. */
async function verifyPointer(storage: Storage, { roles }: SignedEdition, findings: Findings, signal: AbortSignal): Promise<void> {
  const stored = await storage.read(keyOfRole('root'), signal);
  const version = stored ? readMetadata('root', stored.bytes).signed.version : 0;
  const numbered = await storage.read(keyOfRole('root', version), signal);
  if (!stored || !numbered || version > roles.root.version || !Buffer.from(stored.bytes).equals(numbered.bytes)) findings.add(keyOfRole('root'), 'it is no copy of a numbered root');
}

function compare(targets: ReadonlyMap<string, TargetDigest>, expected: ReadonlyMap<string, TargetDigest>, findings: Findings): void {
  for (const [path, { sha256 }] of expected) {
    const signed = targets.get(path);
    if (!signed) findings.add(path, 'nobody has signed it');
    else if (signed.sha256 !== sha256) findings.add(path, `it has the digest ${sha256}, the signed one ${signed.sha256}`);
  }
  for (const path of targets.keys()) if (!expected.has(path)) findings.add(path, 'it is signed, but the storage or the log has no such thing');
}
