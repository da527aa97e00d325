import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseName } from '../../npm/name.ts';
import { abbreviated, manifestAt, packumentAt, type Packument } from '../../npm/packument.ts';
import { baseOf } from '../address.ts';
import { callerIfAny } from '../caller.ts';
import { KeptPackuments, type Sent } from '../kept-packuments.ts';
import type { Registry } from '../registry.ts';
import type { Route } from '../route.ts';
import { unknown, visiblePackument } from '../visible.ts';

const short = 'application/vnd.npm.install-v1+json';

interface Asked {
  readonly Params: { readonly name: string; readonly version: string };
  readonly Querystring: { readonly write?: string };
}

/** With `?write=true`, owners also see what is still hidden: otherwise they could not withdraw it. */
async function forWriting(registry: Registry, request: FastifyRequest<Asked>, name: string): Promise<Packument | undefined> {
  if (request.query.write !== 'true') return undefined;
  const caller = await callerIfAny(registry, request);
  const owns = caller !== undefined && registry.packages.history.of(name).owners.includes(caller.account);
  return owns ? registry.packages.everything(name, registry.signal) : undefined;
}

const sentAs = (packument: object): Sent => {
  const text = JSON.stringify(packument);
  return { text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 32)}"` };
};

/** What a reader has already is not sent again. */
function replyUnlessKnown(request: FastifyRequest<Asked>, reply: FastifyReply, { text, etag }: Sent): FastifyReply {
  void reply.header('etag', etag).header('cache-control', 'no-cache').header('vary', 'accept, authorization, host');
  const known = (request.headers['if-none-match'] ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  return known ? reply.code(304).send() : reply.send(text);
}

/** What `npm view` and `npm install` read: a package, or one of its versions. */
export const packument: Route = (app, registry) => {
  const kept = new KeptPackuments(registry);

  app.get<Asked>('/:name', async (request, reply) => {
    const name = parseName(request.params.name);
    const [base, isShort] = [baseOf(registry, request), request.headers.accept?.includes(short) ?? false];
    const written = (all: Packument): Sent => sentAs(isShort ? abbreviated(packumentAt(all, base)) : packumentAt(all, base));
    void reply.type(isShort ? short : 'application/json; charset=utf-8');
    const all = await forWriting(registry, request, name);
    if (all) return replyUnlessKnown(request, reply, written(all));
    const key = `${name} ${isShort} ${base}`;
    const known = await kept.get(key, name);
    if (known) return replyUnlessKnown(request, reply, known);
    const { packument: visible } = await visiblePackument(registry, name);
    const sent = written(visible);
    kept.put(key, visible, sent);
    return replyUnlessKnown(request, reply, sent);
  });

  app.get<Asked>('/:name/:version', async (request, reply) => {
    const name = parseName(request.params.name);
    const { packument: found } = await visiblePackument(registry, name);
    const { version } = request.params;
    const wanted = Object.hasOwn(found['dist-tags'], version) ? found['dist-tags'][version] ?? version : version;
    const manifest = Object.hasOwn(found.versions, wanted) ? found.versions[wanted] : undefined;
    if (!manifest) throw await unknown(registry, name, version.slice(0, 100));
    return reply.header('cache-control', 'no-cache').send(manifestAt(manifest, baseOf(registry, request)));
  });
};
