import { expect, test } from 'vitest';
import { servedHeaders } from './served-headers.ts';

const forEver = 'max-age=31536000, immutable';
const brief = 'max-age=60';

test.each([
  ['npm/odd', 'application/json', brief],
  ['npm/@acme/odd', 'application/json', brief],
  ['npm/odd.tgz', 'application/json', brief],
  ['npm/@acme/odd.gz', 'application/json', brief],
  ['npm/odd/-/odd-1.2.3.tgz', 'application/octet-stream', forEver],
  ['npm/@acme/odd/-/odd-1.2.3.tgz', 'application/octet-stream', forEver],
  ['blobs/sha256/ab/abcd', 'application/octet-stream', forEver],
  ['blobs/sha256/ab/page.html', 'application/octet-stream', forEver],
  ['tuf/timestamp.json', 'application/json', brief],
  ['v1/search.json.gz', 'application/gzip', brief],
  ['v1/log/000001.jsonl', 'application/jsonl', brief],
  ['private/checkpoint', 'application/octet-stream', 'no-store'],
  ['my-blobs/a', 'application/octet-stream', brief],
])('%s is served as %s, %s', (key, blobContentType, blobCacheControl) => {
  expect(servedHeaders(key)).toEqual({ blobContentType, blobCacheControl });
});
