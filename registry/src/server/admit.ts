import type { AdmissionState, Finding } from '../admission/check.ts';
import type { PackageContent } from '../npm/package-content.ts';

/** A version that somebody wants to publish, as it arrived. */
export interface AdmitRequest {
  /** `@scope/name` or `name`, as the address of the request says. */
  readonly name: string;
  readonly version: string;
  /** Account that publishes. */
  readonly publisher: string;
  readonly tarball: Uint8Array;
  /** The version's document as the client sent it. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The newest version before this one, hidden or not; null for a new package. */
  readonly previous: { readonly version: string; readonly tarball: () => Promise<Uint8Array> } | null;
  /** Every name that was ever taken → its owners; none where every version was withdrawn. */
  readonly taken: ReadonlyMap<string, readonly string[]>;
}

export interface Admission {
  /** PASSED, QUARANTINED, REJECTED or ERRORED; anything else counts as ERRORED. */
  readonly state: AdmissionState;
  /** The `package.json` that was checked. */
  readonly packageJson: Readonly<Record<string, unknown>>;
  /** What the archive that was checked says; when absent, the tarball is read a second time. */
  readonly content?: PackageContent;
  readonly findings: readonly (Finding & { readonly check: string })[];
}

/** Looks at a version before anybody else can see it; runs nothing of it. A promise that rejects counts as ERRORED: the version is refused. */
export type Admit = (request: AdmitRequest, signal: AbortSignal) => Promise<Admission>;
