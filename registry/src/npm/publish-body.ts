import { ByomlError } from '@byoml/core';
import { z } from 'zod';
import { parseTag, parseVersion } from './name.ts';

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

function decoded({ data, length }: z.infer<typeof attachment>): Uint8Array {
  const bytes = Buffer.from(data, 'base64');
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  if (data.length % 4 !== 0 || bytes.length !== (data.length / 4) * 3 - padding || (length !== undefined && length !== bytes.length)) throw invalid('the tarball is no whole base64 text of the length it says');
  return bytes;
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
  return { name, version, tag, tarball: decoded(tarball), document };
}
