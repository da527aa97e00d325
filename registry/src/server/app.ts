import { ByomlError } from '@byoml/core';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { rewriteAddress } from './address.ts';
import { replyError } from './error-reply.ts';
import { refuseNoRequest } from './no-request.ts';
import type { Registry } from './registry.ts';
import type { Route } from './route.ts';
import { accounts } from './routes/accounts.ts';
import { changePackage } from './routes/change-package.ts';
import { distTags } from './routes/dist-tags.ts';
import { packument } from './routes/packument.ts';
import { ping } from './routes/ping.ts';
import { putPackage } from './routes/put-package.ts';
import { release } from './routes/release.ts';
import { search } from './routes/search.ts';
import { staticFiles } from './routes/static-files.ts';
import { submissions } from './routes/submissions.ts';
import { tarball } from './routes/tarball.ts';
import { tokens } from './routes/tokens.ts';
import { whoami } from './routes/whoami.ts';
import { securityHeaders } from './security-headers.ts';

const routes: readonly Route[] = [ping, whoami, accounts, tokens, search, distTags, release, submissions, staticFiles, putPackage, changePackage, tarball, packument];

/** Bytes of a body that is neither a package nor a packument. */
const smallBody = 64 << 10;

const replyNothing = (request: FastifyRequest, reply: FastifyReply): void => replyError(new ByomlError('PACKAGE_UNKNOWN', `${request.method} ${request.originalUrl.slice(0, 200)}: the registry has nothing there`), request, reply);

/** The server over an opened registry: every endpoint, not yet listening. */
export function createApp(registry: Registry): FastifyInstance {
  const app = fastify({
    bodyLimit: smallBody,
    requestTimeout: 300_000,
    connectionTimeout: 330_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 512 },
    rewriteUrl: ({ method = 'GET', url = '/' }) => rewriteAddress(method, url),
    frameworkErrors: replyError,
    clientErrorHandler: refuseNoRequest,
  });
  app.addHook('onRequest', async (_request, reply) => void reply.headers(securityHeaders));
  app.setErrorHandler(replyError);
  app.setNotFoundHandler(replyNothing);
  app.all('/-/*', replyNothing);
  for (const add of routes) add(app, registry);
  return app;
}
