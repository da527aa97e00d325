/** The headers that the blob service sends with an object. */
export interface ServedHeaders {
  readonly blobContentType: string;
  readonly blobCacheControl: string;
}

const year = 365 * 24 * 60 * 60;
const briefSeconds = 60;

/** The first that fits the key. Everything else is bytes, which no browser shows or runs. */
const contentTypes: readonly (readonly [RegExp, string])[] = [
  [/^npm\/(?:@[^/]+\/)?[^/]+$/, 'application/json'],
  [/\.json$/, 'application/json'],
  [/\.jsonl$/, 'application/jsonl'],
  [/\.gz$/, 'application/gzip'],
];

/** A package may be called `odd.tgz`: only what lies behind `/-/` is a tarball and stays as it is for ever. */
const neverChanges = /^blobs\/|\/-\/[^/]+\.tgz$/;

function cacheControl(key: string): string {
  if (key.startsWith('private/')) return 'no-store';
  return neverChanges.test(key) ? `max-age=${year}, immutable` : `max-age=${briefSeconds}`;
}

/** What a reader that asks the blob service itself is told about the object of a key. */
export const servedHeaders = (key: string): ServedHeaders => ({
  blobContentType: contentTypes.find(([shape]) => shape.test(key))?.[1] ?? 'application/octet-stream',
  blobCacheControl: cacheControl(key),
});
