import { z } from 'zod';
import { parseName } from '../../npm/name.ts';
import { parseBody } from '../../npm/publish-body.ts';
import { callerOf, needs } from '../caller.ts';
import { setTag } from '../maintain.ts';
import type { Route } from '../route.ts';
import { visiblePackument } from '../visible.ts';

interface Params {
  readonly name: string;
  readonly tag: string;
}

/** `npm dist-tag ls`, `add` and `rm` */
export const distTags: Route = (app, registry) => {
  const publishes = { onRequest: needs(registry, 'publish') };

  app.get<{ Params: Params }>('/-/package/:name/dist-tags', async (request, reply) => {
    const { packument } = await visiblePackument(registry, parseName(request.params.name));
    return reply.header('cache-control', 'no-cache').send(packument['dist-tags']);
  });

  app.put<{ Params: Params }>('/-/package/:name/dist-tags/:tag', publishes, async (request, reply) => {
    const { name, tag } = request.params;
    await setTag(registry, { name, by: callerOf(request).account }, { tag, version: parseBody(z.string().max(64), request.body) });
    return reply.code(201).send({ ok: true });
  });

  app.delete<{ Params: Params }>('/-/package/:name/dist-tags/:tag', publishes, async (request) => {
    const { name, tag } = request.params;
    await setTag(registry, { name, by: callerOf(request).account }, { tag, version: null });
    return { ok: true };
  });
};
