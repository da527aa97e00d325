import { ByomlError } from '@byoml/core';
import type { FastifyReply } from 'fastify';
import { parseName } from '../../npm/name.ts';
import type { Stored } from '../../storage/storage.ts';
import { unknown } from '../visible.ts';
import type { Route } from '../route.ts';

/** What anybody may read as it lies in the storage; whatever is not named here is never served from there. */
const kinds = [
  { prefix: 'v1', type: 'application/json; charset=utf-8', cache: 'no-cache' },
  { prefix: 'tuf', type: 'application/json; charset=utf-8', cache: 'no-cache' },
  { prefix: 'blobs', type: 'application/octet-stream', cache: 'public, max-age=31536000, immutable' },
] as const;

const nothing = (key: string): ByomlError => new ByomlError('PACKAGE_UNKNOWN', `${key.slice(0, 200)}: the registry has no such file`);

const sent = (reply: FastifyReply, { bytes, version }: Stored, { type, cache }: { readonly type: string; readonly cache: string }): FastifyReply =>
  reply.type(type).header('cache-control', cache).header('etag', `"${version.replaceAll('"', '')}"`).send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));

/** The files that static hosting would serve: trust metadata, the log, cards, blobs, and packuments with exactly the bytes that are signed. */
export const staticFiles: Route = (app, registry) => {
  const { storage, packages, signal } = registry;
  for (const { prefix, ...as } of kinds)
    app.get<{ Params: { '*': string } }>(`/${prefix}/*`, async (request, reply) => {
      const key = `${prefix}/${request.params['*']}`;
      const stored = await storage.read(key, signal);
      if (!stored) throw nothing(key);
      return sent(reply, stored, as);
    });

  app.get<{ Params: { name: string } }>('/npm/:name', async (request, reply) => {
    const name = parseName(request.params.name);
    const stored = await packages.visible(name, signal);
    if (!stored) throw await unknown(registry, name);
    return sent(reply, stored, { type: 'application/json; charset=utf-8', cache: 'no-cache' });
  });
};
