import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What becomes of a request: its answer may be lost or cut in half after the service has done its work, or the service never hears of it. */
export type Fault = 'none' | 'answer lost' | 'answer cut' | 'request lost' | 'no answer' | { readonly status: number; readonly body: string };

export interface FaultyProxy extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Methods of the requests so far. */
  readonly seen: readonly string[];
}

/** Stands before a service; `faultOf` is asked for each request, which waits for its answer. Numbers begin with 1. */
export async function faultyProxy(service: string, faultOf: (number: number, method: string) => Fault | Promise<Fault>): Promise<FaultyProxy> {
  const seen: string[] = [];
  const server = createServer((incoming, outgoing) => {
    seen.push(incoming.method ?? '');
    Promise.resolve(faultOf(seen.length, incoming.method ?? '')).then((fault) => passed({ service, incoming, outgoing, fault })).catch(() => incoming.socket.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

interface Passing {
  readonly service: string;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly fault: Fault;
}

async function passed({ service, incoming, outgoing, fault }: Passing): Promise<void> {
  if (fault === 'no answer') return;
  if (fault === 'request lost') return void incoming.socket.destroy();
  if (typeof fault === 'object') return void outgoing.writeHead(fault.status, { 'content-type': 'application/xml' }).end(fault.body);
  const onward = request(new URL(incoming.url ?? '/', service), { method: incoming.method, headers: incoming.headers, agent: false });
  onward.end(await buffer(incoming));
  const [answer] = (await once(onward, 'response')) as [IncomingMessage];
  const body = await buffer(answer);
  if (fault === 'answer lost') return void incoming.socket.destroy();
  outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
  if (fault === 'none') return void outgoing.end(body);
  outgoing.write(body.subarray(0, body.length / 2), () => incoming.socket.destroy());
}
