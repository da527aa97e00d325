import { ByomlError } from '@byoml/core';
import { z } from 'zod';
import { parseAccountName } from '../../accounts/account.ts';
import { refuseStranger } from '../../npm/history.ts';
import { parseBody } from '../../npm/publish-body.ts';
import { callerOf, needs } from '../caller.ts';
import { setOwners, unpublish } from '../maintain.ts';
import type { Route } from '../route.ts';

/** Bytes of a packument that comes back without some versions. */
const packumentBody = 50 << 20;
const body = z.object({ versions: z.record(z.string().max(64), z.unknown()).optional(), maintainers: z.array(z.object({ name: z.string() })).min(1).max(100).optional() });

interface Params {
  readonly name: string;
  readonly revision: string;
}

/** `npm unpublish` and `npm owner`: both send back what they have read, changed. */
export const changePackage: Route = (app, registry) => {
  const publishes = { onRequest: needs(registry, 'publish') };

  app.put<{ Params: Params }>('/:name/-rev/:revision', { ...publishes, bodyLimit: packumentBody }, async (request, reply) => {
    const { name, revision } = request.params;
    const change = { name, by: callerOf(request).account };
    const { versions, maintainers } = parseBody(body, request.body);
    if (versions) await unpublish(registry, change, { keep: new Set(Object.keys(versions)), revision });
    else if (maintainers) await setOwners(registry, change, { owners: maintainers.map((owner) => parseAccountName(owner.name)), revision });
    else throw new ByomlError('REQUEST_INVALID', `${name}: the body changes neither versions nor owners`);
    return reply.code(201).send({ ok: true, id: name });
  });

  app.delete<{ Params: Params }>('/:name/-rev/:revision', publishes, async (request) => {
    const { name, revision } = request.params;
    await unpublish(registry, { name, by: callerOf(request).account }, { keep: new Set(), revision });
    return { ok: true };
  });

  // npm asks for this after it has withdrawn the version, and with it the tarball.
  app.delete<{ Params: Params }>('/:name/-/:file/-rev/:revision', publishes, async (request) => {
    const { name } = request.params;
    refuseStranger(name, callerOf(request).account, { history: registry.packages.history.of(name), begins: false });
    return { ok: true };
  });
};
