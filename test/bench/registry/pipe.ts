import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const blank = Buffer.from('\r\n\r\n');

/** One connection that asks for one thing after the other and reads as little of the answers as it can: what is measured is the server. */
export class Pipe implements Disposable {
  readonly #socket: Socket;
  readonly #host: string;
  #held: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
  }

  static async open(url: string): Promise<Pipe> {
    const { hostname, port, host } = new URL(url);
    const socket = connect(Number(port), hostname).setNoDelay();
    await once(socket, 'connect');
    return new Pipe(socket, host);
  }

  /** Bytes of the answer. Throws unless it is 200 and says its length. */
  get(path: string): Promise<number> {
    const done = new Promise<number>((resolve, reject) => {
      const hear = (chunk: Buffer): void => {
        this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
        try {
          const whole = lengthOf(this.#held);
          if (whole === undefined || this.#held.length < whole) return;
          this.#held = this.#held.subarray(whole);
          resolve(whole);
        } catch (thrown) {
          reject(thrown as Error);
        }
        this.#socket.off('data', hear);
      };
      this.#socket.on('data', hear);
      this.#socket.once('close', () => reject(new Error(`${path}: the connection ended`)));
    });
    this.#socket.write(`GET ${path} HTTP/1.1\r\nhost: ${this.#host}\r\naccept: application/json\r\n\r\n`);
    return done.finally(() => this.#socket.removeAllListeners('close'));
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** Bytes of head and body; undefined while the head is not whole. */
function lengthOf(answer: Buffer): number | undefined {
  const end = answer.indexOf(blank);
  if (end < 0) return undefined;
  const head = answer.toString('latin1', 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 200') || length === undefined) throw new Error(head);
  return end + blank.length + Number(length);
}
