import type { Route } from '../route.ts';

/** `npm ping` */
export const ping: Route = (app) => {
  app.get('/-/ping', async () => ({}));
};
