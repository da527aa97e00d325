import { z } from 'zod';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const words = z.array(z.string().max(1000)).max(100);

/** What a plugin may do, as its manifest asks for it. */
const capabilitiesSchema = z.strictObject({ read: words.optional(), hosts: words.optional(), env: words.optional(), wallMs: z.number().positive().optional(), memoryMb: z.number().positive().optional() });
export type Capabilities = z.infer<typeof capabilitiesSchema>;

/** Who vouches for a version: its author or an organisation with a key of their own, a pipeline by sigstore, or only the registry that names the account. */
const signerSchema = z.strictObject({
  by: z.enum(['author', 'organisation', 'sigstore', 'registry']),
  /** Account that published it. */
  account: z.string().max(64),
  /** Ed25519 public key in hexadecimal; null where only the registry or a pipeline vouches. */
  key: hex.nullable(),
  /** Repository, workflow and ref of a sigstore certificate. */
  identity: z.string().max(1000).optional(),
});
export type Signer = z.infer<typeof signerSchema>;

/** L0: in process, nothing held back. L3: only in a sandbox. */
export const levels = ['L0', 'L3'] as const;
export type Level = (typeof levels)[number];

const lockedVersion = z.strictObject({
  version: z.string().max(64),
  /** Address of the registry that it came from, ending in a slash. */
  registry: z.string().max(2000),
  /** Of the tarball: `sha512-` and base64. */
  integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/),
  /** SHA-256 of the listing of every installed file with its own digest (`contentsDigest`). */
  contents: hex,
  /** SHA-256 of its `byoml.plugin.json`. */
  manifest: hex,
  signer: signerSchema,
  /** What somebody agreed to. */
  capabilities: capabilitiesSchema,
  level: z.enum(levels),
  installed: z.iso.datetime(),
});
/** One version that somebody agreed to. */
export type LockedVersion = z.infer<typeof lockedVersion>;

const lockedPlugin = lockedVersion.extend({
  /** Versions beside the current one, for detections that stay on them. */
  kept: z.array(lockedVersion).max(20),
  /** What was current before, the newest first: what a rollback goes back to. */
  earlier: z.array(lockedVersion).max(20),
});
export type LockedPlugin = z.infer<typeof lockedPlugin>;

const packagePins = z.record(z.string().max(2000), z.looseObject({}));
/** Path below the private npm project → entry of npm's `package-lock.json`: version, integrity and where it is from. */
export type PackagePins = z.infer<typeof packagePins>;

/** `plugins.lock` in the folder of a workspace: what is installed, whom it is from and what was agreed to. Belongs under version control. */
export const pluginsLockSchema = z.strictObject({
  lock: z.literal(1),
  plugins: z.record(z.string().max(220), lockedPlugin),
  /** SHA-256 of the listing of everything else in the private npm project: the dependencies of the plugins. */
  dependencies: hex,
  /** What npm resolved the dependencies to; absent where no plugin has any. */
  packages: packagePins.optional(),
});
export type PluginsLock = z.infer<typeof pluginsLockSchema>;

export const pluginsLockFile = 'plugins.lock';
