import { callerOf, needs } from '../caller.ts';
import type { Route } from '../route.ts';

/** `npm whoami` */
export const whoami: Route = (app, registry) => {
  app.get('/-/whoami', { onRequest: needs(registry, 'read') }, async (request) => ({ username: callerOf(request).account }));
};
