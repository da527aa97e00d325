import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { GeneratedPackage } from './packages.ts';
import { Pipe } from './pipe.ts';

interface Answer {
  readonly status: number;
  readonly bytes: Buffer;
}

/** Talks to one registry over connections that stay open, the same way to every registry. */
export class Client implements Disposable {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly #tokens = new Map<string, string>();

  /** `url` ends in a slash. */
  constructor(url: string) {
    this.#url = url;
  }

  async ask(path: string, { method = 'GET', token, body }: { readonly method?: string; readonly token?: string; readonly body?: string } = {}): Promise<Answer> {
    const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }) };
    const asked = request(`${this.#url}${path}`, { agent: this.#agent, method, headers });
    asked.end(body);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, bytes: await buffer(response) };
  }

  /** Makes the account when there is none, as `npm login` does. */
  async logIn(name: string): Promise<void> {
    const { status, bytes } = await this.ask(`-/user/org.couchdb.user:${name}`, { method: 'PUT', body: JSON.stringify({ name, password: `the password of ${name}`, type: 'user' }) });
    if (status !== 201) throw new Error(`log-in of ${name}: ${status} ${bytes.toString()}`);
    this.#tokens.set(name, (JSON.parse(bytes.toString()) as { token: string }).token);
  }

  /** Milliseconds that it took. */
  async publish({ name, author, body }: GeneratedPackage): Promise<number> {
    const from = performance.now();
    const { status, bytes } = await this.ask(name.replace('/', '%2f'), { method: 'PUT', token: this.#tokens.get(author) ?? '', body });
    if (status !== 201) throw new Error(`publishing ${name}: ${status} ${bytes.toString()}`);
    return performance.now() - from;
  }

  /** Packuments a second, of these packages in turn, asked over eight connections. */
  async packumentsPerSecond(names: readonly string[], forMs: number): Promise<number> {
    const from = performance.now();
    let next = 0;
    await inParallel(8, async () => {
      using pipe = await Pipe.open(this.#url);
      while (performance.now() - from < forMs) await pipe.get(`/${(names[next++ % names.length] as string).replace('/', '%2f')}`);
    });
    return (next / (performance.now() - from)) * 1000;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

/** Runs the work so often at the same time. */
export async function inParallel(times: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: times }, work));
}
