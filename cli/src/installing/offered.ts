import { printable } from '../render/plugin-printable.ts';
import type { Offer } from './marketplace.ts';

/** What a registry says of a version that is not installed, each fact verified. */
export type OfferedDocument = Offer['manifest'] & {
  readonly offered: Pick<Offer, 'registry' | 'signer' | 'added' | 'advisories'> & {
    /** Of the tarball: `sha512-` and base64. */
    readonly digest: string;
    /** As ISO 8601. */
    readonly published: string;
    /** Why its author took it back from new installations; null when not. */
    readonly withdrawn: string | null;
    /** Rules of the policy that it does not fulfil. */
    readonly refused: readonly string[];
  };
};

export const offeredDocument = ({ manifest, registry, signer, added, advisories, integrity, published, yanked, judgement }: Offer): OfferedDocument =>
  printable({
    ...manifest,
    offered: { registry, signer, added, advisories, digest: integrity, published: published.toISOString(), withdrawn: yanked ?? null, refused: judgement.allowed ? [] : judgement.reasons.map(({ message }) => message) },
  });
