import { z } from 'zod';

const named = { name: z.string().max(220), by: z.string().max(64) };
const version = z.string().max(64);
/** 32 bytes. */
const hex = z.string().regex(/^[0-9a-f]{64}$/);

const publish = z.strictObject({
  kind: z.literal('publish'),
  ...named,
  version,
  tag: z.string().max(100),
  /** Of the tarball: `sha512-` and base64. */
  integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/),
  /** Bytes of the tarball. */
  size: z.int().nonnegative(),
  state: z.enum(['PASSED', 'QUARANTINED']),
  /** When the version appears; null while a person has to decide. */
  visible: z.iso.datetime().nullable(),
  /** Whether somebody else than `by` has to release the version before it appears. */
  secondPerson: z.boolean().default(false),
  /** Public key, in hexadecimal, with which the author signed; null when nobody did. */
  signer: hex.nullable().default(null),
  /** sha256 of the blob that holds the author's signature. */
  signature: hex.nullable().default(null),
  /** sha256 of the blob that holds the sigstore bundle. */
  provenance: hex.nullable().default(null),
});

/** What happened to packages, in the words of the log. An event is a decision: it is written before anything is changed because of it. */
export const eventSchema = z.discriminatedUnion('kind', [
  publish,
  z.strictObject({ kind: z.literal('tag'), ...named, tag: z.string().max(100), version: version.nullable() }),
  z.strictObject({ kind: z.literal('deprecate'), ...named, versions: z.array(z.strictObject({ version, message: z.string().max(4096) })) }),
  z.strictObject({ kind: z.literal('owners'), ...named, owners: z.array(z.string().max(64)).min(1) }),
  z.strictObject({ kind: z.literal('unpublish'), ...named, versions: z.array(version).min(1) }),
  /** Lets a version appear that was held back, or earlier than it would. */
  z.strictObject({ kind: z.literal('release'), ...named, version, visible: z.iso.datetime() }),
  /** Takes versions out of what is newly installed; who has one already keeps it. An empty reason takes that back. */
  z.strictObject({ kind: z.literal('yank'), ...named, versions: z.array(z.strictObject({ version, reason: z.string().max(2000) })).min(1) }),
  /** A warning about exact bytes: the blob holds what was signed. `name` is the package that it is about, which need not be of this registry. */
  z.strictObject({ kind: z.literal('advisory'), ...named, id: z.string().max(80), blob: hex }),
]);

const place = {
  /** Counted from 1, without gaps. */
  number: z.int().positive(),
  /** sha256 of the line before, in hexadecimal; zeros for the first. */
  previous: z.string().regex(/^[0-9a-f]{64}$/),
  time: z.iso.datetime(),
};

export const placeSchema = z.object(place);

/** What somebody did, not yet in the log. */
export type Event = z.input<typeof eventSchema>;
/** An event with its place in the chain. */
export type LogEvent = z.output<typeof eventSchema> & z.infer<typeof placeSchema>;
export type PublishEvent = Extract<LogEvent, { kind: 'publish' }>;
