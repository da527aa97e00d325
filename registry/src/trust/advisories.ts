import { z } from '@byoml/core';
import { seal, tryOpen, type Envelope, type EnvelopeFault } from './dsse.ts';
import { canonicalJson, parseCanonicalJson } from './json.ts';
import type { PublicKey, SigningKey } from './keys.ts';
import { parsed } from './schema.ts';

const advisoryPayloadType = 'application/vnd.byoml.advisory+json';
const largestPayload = 65_536;
const mostAdvisories = 10_000;

const digest = z.string().regex(/^(?:sha512-[A-Za-z0-9+/]{86}==|sha256:[0-9a-f]{64})$/);

const advisorySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/).describe('Name of the advisory.'),
  digests: z.array(digest).min(1).max(500).describe('What must not run: `sha512-…` of a tarball as npm writes it, or `sha256:…` of a model file.'),
  reason: z.string().min(1).max(2000).describe('What is wrong, for people.'),
  severity: z.enum(['low', 'medium', 'high', 'critical']).describe('How bad it is.'),
  expires: z.iso.datetime().max(40).describe('When it stops counting unless it is signed anew, in UTC.'),
  affected: z.strictObject({ name: z.string().max(214), versions: z.string().max(500) }).describe('Package and range of versions, for people: only the digests decide.'),
});

/** A warning about exact bytes. It never bans a name: other versions keep working. */
export type Advisory = z.infer<typeof advisorySchema>;

/** An advisory that does not count, and why. */
export interface IgnoredAdvisory {
  /** Its place in the list, from 0. */
  readonly index: number;
  readonly fault: EnvelopeFault | 'unsigned' | 'expired' | 'too many';
  readonly because: string;
}

export interface Advisories {
  readonly accepted: readonly Advisory[];
  readonly ignored: readonly IgnoredAdvisory[];
  /** Advisories about these bytes that still count at `now`. */
  affects(digest: string, now: Date): readonly Advisory[];
}

/** Signs an advisory as a registry or an organisation. Throws TRUST_REFUSED for one that no reader would accept. */
export const signAdvisory = (advisory: Advisory, key: SigningKey): Envelope => seal(advisoryPayloadType, new TextEncoder().encode(canonicalJson(parsed(advisorySchema, advisory, 'advisory'))), key);

/** Reads a list of advisories, from anybody. What does not hold is ignored with its reason, so that one bad entry cannot hide the others. Never throws. */
export function readAdvisories(envelopes: readonly unknown[], keys: readonly PublicKey[], now: Date): Advisories {
  const accepted: Advisory[] = [];
  const ignored: IgnoredAdvisory[] = [];
  for (const [index, envelope] of envelopes.slice(0, mostAdvisories).entries()) {
    const read = readOne(envelope, keys, now);
    if ('fault' in read) ignored.push({ index, ...read });
    else accepted.push(read);
  }
  if (envelopes.length > mostAdvisories) ignored.push({ index: mostAdvisories, fault: 'too many', because: `there are ${envelopes.length}, and no more than ${mostAdvisories} are read` });
  return { accepted, ignored, affects: (asked, at) => accepted.filter(({ digests, expires }) => digests.includes(asked) && at < new Date(expires)) };
}

function readOne(envelope: unknown, keys: readonly PublicKey[], now: Date): Advisory | Omit<IgnoredAdvisory, 'index'> {
  if (isUnsigned(envelope)) return { fault: 'unsigned', because: 'nobody has signed it' };
  const opened = tryOpen(envelope, { what: 'advisory', payloadType: advisoryPayloadType, keys });
  if ('fault' in opened) return opened;
  try {
    const advisory = parsed(advisorySchema, parseCanonicalJson(opened.payload, 'advisory', largestPayload), 'advisory');
    return now < new Date(advisory.expires) ? advisory : { fault: 'expired', because: `it ended at ${advisory.expires}` };
  } catch (thrown) {
    return { fault: 'malformed', because: (thrown as Error).message };
  }
}

/** An advisory without an envelope, or with an envelope without a signature. */
function isUnsigned(given: unknown): boolean {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  const { signatures } = given as { readonly signatures?: unknown };
  return signatures === undefined || (Array.isArray(signatures) && signatures.length === 0);
}
