import { ByomlError, isByomlError } from '@byoml/core';
import { hold } from '../admission/finding.ts';
import { appearance, type NameHistory } from '../npm/history.ts';
import type { PublishRequest } from '../npm/publish-body.ts';
import { ownerKey } from '../trust/author/owner-key.ts';
import { verifyRelease, type ExpectedRelease } from '../trust/author/release.ts';
import { publicKey } from '../trust/keys.ts';
import type { ToldFinding } from './submissions.ts';

type Signature = NonNullable<PublishRequest['signature']>['said'];

interface Signed {
  /** What the registry has read in the tarball by itself. */
  readonly release: ExpectedRelease;
  readonly signature: Signature | undefined;
  /** Account that publishes. */
  readonly by: string;
}

const check = 'author-key';
const remedy = 'Sign with the key of the version before, or let that key endorse the new one; otherwise the administrator of the registry decides.';

/**
 * Verifies the author's signature over the bytes, and compares its key with that of the version before: the one that was last accepted, so that
 * what is held back never becomes the measure. Answers why a person has to decide. Throws PUBLISH_REFUSED for a signature that does not hold.
 */
export function authorFindings(history: NameHistory, { release, signature, by }: Signed): readonly ToldFinding[] {
  return refusing(release, () => {
    if (signature) verifyRelease(signature.envelope, release, [publicKey(signature.key)]);
    const before = history.events.findLast((event) => event.kind === 'publish' && appearance(history, event) !== null);
    const signer = before?.kind === 'publish' ? before.signer : null;
    if (signer === null) return [];
    const earlier = before?.kind === 'publish' ? before.version : '';
    if (!signature) return [{ check, ...hold(`nobody has signed it, and ${earlier} before it is signed with key ${signer}`, remedy) }];
    const answer = ownerKey({ owner: by, pinned: [publicKey(signer)], offered: publicKey(signature.key), endorsement: signature.endorsement });
    if (answer.kind !== 'new key' || answer.endorsed) return [];
    return [{ check, ...hold(`it is signed with key ${signature.key}, and ${earlier} before it with key ${signer}, which has not endorsed the new one`, remedy) }];
  });
}

function refusing<T>({ name, version }: ExpectedRelease, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!isByomlError(thrown) || thrown.code !== 'TRUST_REFUSED') throw thrown;
    const finding: ToldFinding = { check, message: thrown.message, hint: 'Sign exactly the tarball that you publish: `byoml publish` does both.' };
    throw new ByomlError('PUBLISH_REFUSED', `${name}@${version}: ${thrown.message}`, { details: { state: 'REJECTED', findings: [finding] }, cause: thrown });
  }
}
