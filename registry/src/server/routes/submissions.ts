import { ByomlError } from '@byoml/core';
import { administrator } from '../../accounts/account.ts';
import { parseName, parseVersion } from '../../npm/name.ts';
import { callerIfAny } from '../caller.ts';
import type { Route } from '../route.ts';

/** How far a version has come, and what the checks say about it: for whoever sent it, owners and the administrator. Nobody else learns that there is one. */
export const submissions: Route = (app, registry) => {
  app.get<{ Params: { name: string; version: string } }>('/-/byoml/v1/submissions/:name/:version', async (request, reply) => {
    const [name, version] = [parseName(request.params.name), parseVersion(request.params.version)];
    const account = (await callerIfAny(registry, request))?.account;
    const found = account === undefined ? undefined : await registry.submissions.find({ name, version }, registry.signal);
    const entitled = account !== undefined && (account === administrator || account === found?.by || registry.packages.history.of(name).owners.includes(account));
    if (!found || !entitled) throw new ByomlError('PACKAGE_UNKNOWN', `${name}@${version}: the registry knows of no such submission of yours`, { details: { name, version } });
    return reply.header('cache-control', 'no-store').send(found);
  });
};
