import { ByomlError } from '@byoml/core';
import { z } from 'zod';
import { parseBody, parsePublish, type PublishRequest } from '../../npm/publish-body.ts';
import { callerOf, needs } from '../caller.ts';
import { deprecate } from '../maintain.ts';
import { publish, type Published } from '../publish.ts';
import type { Route } from '../route.ts';

/** Bytes of a body with a package in it: a third of it is the price of base64. */
const packageBody = 50 << 20;
const attached = z.object({ _attachments: z.record(z.string(), z.unknown()).default({}) });
const deprecated = z.object({ versions: z.record(z.string().max(64), z.object({ deprecated: z.string().max(4096).optional() })) });

/** What npm shows to the author of a version that nobody can see yet. */
function noticeOf({ name, version }: PublishRequest, { visible, findings }: Published): string {
  const because = findings.find(({ hold }) => hold === true)?.message;
  const why = visible === null ? `is held back until somebody has looked at it${because === undefined ? '' : `: ${because}`}` : `appears at ${visible}`;
  return `${name}@${version} ${why}`.replace(/[^\x20-\x7e]/g, '?');
}

/** `npm publish` and `npm deprecate`: npm sends both to the same address. */
export const putPackage: Route = (app, registry) => {
  app.put<{ Params: { name: string } }>('/:name', { onRequest: needs(registry, 'publish'), bodyLimit: packageBody }, async (request, reply) => {
    const { name } = request.params;
    const by = callerOf(request).account;
    const { _attachments } = parseBody(attached, request.body);
    if (Object.keys(_attachments).length > 0) {
      const wanted = parsePublish(request.body, name);
      const published = await publish(registry, wanted, by);
      const { state, visible } = published;
      if (visible === null || Date.parse(visible) > registry.now()) void reply.header('npm-notice', noticeOf(wanted, published));
      return reply.code(state === 'QUARANTINED' ? 202 : 201).send({ ok: true, id: name, version: wanted.version, state, visible });
    }
    const { versions } = parseBody(deprecated, request.body);
    if (Object.keys(versions).length === 0) throw new ByomlError('REQUEST_INVALID', `${name}: the body neither publishes nor deprecates anything`);
    const said = Object.entries(versions).flatMap(([version, { deprecated: message }]) => (message === undefined ? [] : [[version, message] as const]));
    await deprecate(registry, { name, by }, new Map(said));
    return reply.code(201).send({ ok: true, id: name });
  });
};
