import type { PluginManifest } from '@byoml/core/plugins';
import type { PackageArchive } from '../package/archive.ts';

/** A version of a package that was published before. */
export interface PublishedVersion {
  readonly version: string;
  readonly packageJson: Readonly<Record<string, unknown>>;
  /** Null for a package that is no plugin. */
  readonly manifest: PluginManifest | null;
}

/** A version that somebody wants to publish, opened but not run. */
export interface Submission {
  /** `@scope/name` or `name`, as the address of the request says. */
  readonly name: string;
  readonly version: string;
  /** Account that publishes. */
  readonly publisher: string;
  readonly tarball: Uint8Array;
  readonly archive: PackageArchive;
  /** The version's document as the client sent it: what a packument has under `versions`. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The `package.json` in the tarball; an object, otherwise untrusted. */
  readonly packageJson: Readonly<Record<string, unknown>>;
  /** The newest version before this one; null for a new package. */
  readonly previous: PublishedVersion | null;
  /** Every name that was ever taken → its owners; tombstones have none. */
  readonly taken: ReadonlyMap<string, readonly string[]>;
}

/** What a check does not accept, for the author to read. */
export interface Finding {
  /** What, where, because of what; one line, safe to print. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** File in the package, with `:line` where there is one. */
  readonly where?: string;
  /** A person has to decide: the version is held back, not refused. */
  readonly hold?: true;
}

/** One promise that a package keeps before anybody else can see it. Looks, never runs what it looks at; the same submission gives the same findings. */
export interface AdmissionCheck {
  /** Lower-case words joined by hyphens. */
  readonly id: string;
  readonly summary: string;
  /** Whether its findings refuse the package; otherwise they are only told. */
  readonly enforced: boolean;
  /** Whether the package is refused when the check itself fails. */
  readonly required: boolean;
  run(submission: Submission, signal: AbortSignal): Promise<readonly Finding[]>;
}

/** How far a version has come: hidden until it has passed. */
export type AdmissionState = 'STARTED' | 'VALIDATING' | 'REJECTED' | 'QUARANTINED' | 'PASSED' | 'ERRORED';
