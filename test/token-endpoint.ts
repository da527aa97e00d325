import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a managed identity gets its tokens on this machine, as in an App Service. */
export interface TokenEndpoint extends AsyncDisposable {
  /** What the environment of a process has to say for it. */
  readonly identity: Readonly<Record<'IDENTITY_ENDPOINT' | 'IDENTITY_HEADER', string>>;
}

/** Gives this token to whoever asks, and says that it is valid for an hour. */
export async function tokenEndpoint(token: string): Promise<TokenEndpoint> {
  const server = createServer((_request, response) => void response.setHeader('content-type', 'application/json').end(JSON.stringify({ access_token: token, expires_on: String(Math.floor(Date.now() / 1000) + 3600), resource: 'any', token_type: 'Bearer' })));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    identity: { IDENTITY_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`, IDENTITY_HEADER: 'any' },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
