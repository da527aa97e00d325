import { z } from 'zod';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const words = z.array(z.string().max(1000)).max(100);

/** `v1/cards/<name>/<version>.json`: what the registry vouches for about one version. It never changes and is made from the log, the tarball and the blobs alone. */
export const cardSchema = z.strictObject({
  format: z.literal(1),
  name: z.string().max(220),
  version: z.string().max(64),
  /** Of the tarball: `sha512-` and base64. */
  integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/),
  /** Bytes of the tarball. */
  size: z.int().nonnegative(),
  /** Account that published it. */
  publisher: z.string().max(64),
  published: z.iso.datetime(),
  /** SHA-256 of its `byoml.plugin.json`; null for a package that is no plugin. */
  manifest: hex.nullable(),
  capabilities: z.strictObject({ read: words.optional(), hosts: words.optional(), env: words.optional(), wallMs: z.number().optional(), memoryMb: z.number().optional() }),
  components: z.array(z.strictObject({ kind: z.string().max(40), id: z.string().max(100), summary: z.string().max(120) })).max(200),
  /** ATT&CK techniques of its rule templates. */
  attack: z.array(z.string().max(12)).max(1000),
  /** The author's key, in hexadecimal, and the signature over this version (`signRelease`); null when the author did not sign. */
  author: z.strictObject({ key: hex, envelope: z.unknown(), endorsement: z.unknown().optional() }).nullable(),
  /** The sigstore bundle that came with it; null for none. */
  provenance: z.unknown().nullable(),
});
export type Card = z.infer<typeof cardSchema>;

export const cardKey = (name: string, version: string): string => `v1/cards/${name}/${version}.json`;
