import { ByomlError } from '@byoml/core';
import { z } from 'zod';
import { parseAuthorSignature, type AuthorSignature } from './author-signature.ts';
import { parseTag, parseVersion } from './name.ts';

/** Bytes of what may come along with a tarball. */
const largestSignature = 64 << 10;
const largestProvenance = 1 << 20;
const signatureType = 'application/vnd.byoml.signature+json';
/** https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto */
const provenanceType = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v\d+\.\d+)?\+json(?:; ?version=\d+\.\d+)?$/;

const attachment = z.object({ content_type: z.string().optional(), data: z.string(), length: z.int().nonnegative().optional() });
const body = z.object({
  name: z.string(),
  versions: z.record(z.string(), z.record(z.string(), z.unknown())),
  'dist-tags': z.record(z.string(), z.string()).default({}),
  _attachments: z.record(z.string(), attachment),
});

/** What `npm publish` sends, decoded. Everything but the tarball is a claim. */
export interface PublishRequest {
  readonly name: string;
  readonly version: string;
  readonly tag: string;
  readonly tarball: Uint8Array;
  /** The version's document as the client sent it. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The author's signature as it was sent, and as it reads; undefined when the author did not sign. */
  readonly signature?: { readonly bytes: Uint8Array; readonly said: AuthorSignature };
  /** The sigstore bundle as it was sent: a JSON object. */
  readonly provenance?: Uint8Array;
}

const invalid = (why: string): ByomlError => new ByomlError('REQUEST_INVALID', `publish: ${why}`);

/** Schema messages without the content of the request. */
export function parseBody<T>(schema: z.ZodType<T>, given: unknown): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ByomlError('REQUEST_INVALID', `the body does not fit: ${issue?.path.map(String).join('.') || 'body'}: ${issue?.message ?? 'invalid'}`.slice(0, 400));
}

function only<T>(what: string, entries: readonly T[]): T {
  const [first] = entries;
  if (first === undefined || entries.length > 1) throw invalid(`expected one ${what}, received ${entries.length}`);
  return first;
}

type Attachment = z.infer<typeof attachment>;

function decoded({ data, length }: Attachment, what: string): Uint8Array {
  const bytes = Buffer.from(data, 'base64');
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  if (data.length % 4 !== 0 || bytes.length !== (data.length / 4) * 3 - padding || (length !== undefined && length !== bytes.length)) throw invalid(`the ${what} is no whole base64 text of the length it says`);
  return bytes;
}

/** An attachment that ends so has to be the one of this version: an author who signed is never taken for one who did not. */
function beside(attachments: Readonly<Record<string, Attachment>>, ending: string, file: string): Attachment | undefined {
  const found = Object.keys(attachments).filter((name) => name.endsWith(ending));
  if (found.some((name) => name !== `${file}${ending}`)) throw invalid(`the attachment that ends in ${ending} has to be called ${file}${ending}`);
  return attachments[`${file}${ending}`];
}

function signatureIn(attachments: Readonly<Record<string, Attachment>>, file: string): PublishRequest['signature'] {
  const found = beside(attachments, '.byoml-signature.json', file);
  if (!found) return undefined;
  const bytes = decoded(found, 'signature');
  if (found.content_type !== signatureType || bytes.length > largestSignature) throw invalid(`the signature has to be ${signatureType} of at most ${largestSignature} bytes`);
  return { bytes, said: parseAuthorSignature(bytes) };
}

/** npm sends the bundle as text. */
function provenanceIn(attachments: Readonly<Record<string, Attachment>>, file: string): Uint8Array | undefined {
  const found = beside(attachments, '.sigstore', file);
  if (!found) return undefined;
  const bytes = new TextEncoder().encode(found.data);
  if (!provenanceType.test(found.content_type ?? '') || bytes.length > largestProvenance) throw invalid(`the sigstore bundle has to be of a known type and of at most ${largestProvenance} bytes`);
  if (!isJsonObject(found.data)) throw invalid('the sigstore bundle is no JSON object');
  return bytes;
}

function isJsonObject(text: string): boolean {
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

/** Throws REQUEST_INVALID unless the body publishes exactly one version of the package `name`. */
export function parsePublish(given: unknown, name: string): PublishRequest {
  const parsed = parseBody(body, given);
  const [claimed, document] = only('version', Object.entries(parsed.versions));
  const version = parseVersion(claimed);
  const [, tarball] = only('tarball', Object.entries(parsed._attachments).filter(([file]) => file.endsWith('.tgz')));
  if (parsed.name !== name || document['name'] !== name || document['version'] !== version) throw invalid(`the address, the body and its version name different packages or versions (address: ${name})`);
  const tags = Object.entries(parsed['dist-tags']);
  const tag = tags.length === 0 ? 'latest' : parseTag(only('tag', tags)[0]);
  if (tags.some(([, tagged]) => tagged !== version)) throw invalid('the tag points to another version');
  const file = `${name}-${version}`;
  const signature = signatureIn(parsed._attachments, file);
  const provenance = provenanceIn(parsed._attachments, file);
  return { name, version, tag, tarball: decoded(tarball, 'tarball'), document, ...(signature && { signature }), ...(provenance && { provenance }) };
}
