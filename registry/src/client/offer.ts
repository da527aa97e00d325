import type { PluginManifest } from '@byoml/core/plugins';
import type { Advisory } from '../trust/advisories.ts';
import type { OwnerKeyAnswer } from '../trust/author/owner-key.ts';
import type { Judgement } from '../trust/policy.ts';
import type { Capabilities, LockedPlugin, Signer } from './plugins-lock.ts';

/** What somebody wants to install. */
export interface OfferRequest {
  /** Folder of the workspace. */
  readonly workspace: string;
  /** Address of a registry, or the folder of an offline bundle; undefined: where the plugin came from before. */
  readonly registry: string | undefined;
  readonly name: string;
  /** Version, range or tag; `latest` when absent. */
  readonly wanted?: string;
  /** Bytes of a `root.json` that came another way; undefined: the one pinned before, or, the first time, the registry's own. */
  readonly trustedRoot?: Uint8Array;
  readonly now: Date;
}

/** A version that could be installed: everything about it is verified, nothing of it has run and nothing is installed yet. */
export interface Offer {
  readonly name: string;
  readonly version: string;
  /** Address of the registry, ending in a slash. */
  readonly registry: string;
  readonly integrity: string;
  readonly tarball: Uint8Array;
  readonly manifest: PluginManifest;
  /** SHA-256 of `byoml.plugin.json`. */
  readonly manifestDigest: string;
  readonly published: Date;
  readonly signer: Signer;
  /** How the author's key compares with the one that signed what is installed; null where no author signed. */
  readonly ownerKey: OwnerKeyAnswer | null;
  /** Ids of the keys of the registry's root, and whether this workspace meets them for the first time. */
  readonly root: { readonly keys: readonly string[]; readonly first: boolean };
  readonly capabilities: Capabilities;
  /** What it asks for beyond what was agreed to for the installed version, such as `hosts: api.example.com`; all of it for a new plugin. */
  readonly added: readonly string[];
  /** Packages that it depends on, name → range. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Why the author took it back from new installations; undefined when not. */
  readonly yanked: string | undefined;
  /** Advisories about exactly these bytes. */
  readonly advisories: readonly Advisory[];
  readonly judgement: Judgement;
  /** What the workspace has now; undefined for a new plugin. */
  readonly installed: LockedPlugin | undefined;
}
