import { ByomlError } from '@byoml/core';
import type { Route } from '../route.ts';

/** What anybody may read as it lies in the storage; whatever is not named here is never served from there. */
const kinds = [
  { prefix: 'v1', type: 'application/json; charset=utf-8', cache: 'no-cache' },
  { prefix: 'tuf', type: 'application/json; charset=utf-8', cache: 'no-cache' },
  { prefix: 'blobs', type: 'application/octet-stream', cache: 'public, max-age=31536000, immutable' },
] as const;

const nothing = (key: string): ByomlError => new ByomlError('PACKAGE_UNKNOWN', `${key.slice(0, 200)}: the registry has no such file`);

/** The files that static hosting would serve: trust metadata, the log, cards, blobs. */
export const staticFiles: Route = (app, { storage, signal }) => {
  for (const { prefix, type, cache } of kinds)
    app.get<{ Params: { '*': string } }>(`/${prefix}/*`, async (request, reply) => {
      const key = `${prefix}/${request.params['*']}`;
      const stored = await storage.read(key, signal);
      if (!stored) throw nothing(key);
      return reply.type(type).header('cache-control', cache).header('etag', `"${stored.version}"`).send(Buffer.from(stored.bytes));
    });
};
