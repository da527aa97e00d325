import { parseName, parseVersion } from '../../npm/name.ts';
import { callerOf, needs } from '../caller.ts';
import { release as releaseVersion } from '../release.ts';
import type { Route } from '../route.ts';

/** Lets a version appear that waits for somebody else than its publisher. */
export const release: Route = (app, registry) => {
  app.post<{ Params: { name: string; version: string } }>('/-/byoml/v1/release/:name/:version', { onRequest: needs(registry, 'publish') }, (request) => {
    const { name, version } = request.params;
    return releaseVersion(registry, { name: parseName(name), by: callerOf(request).account }, parseVersion(version));
  });
};
