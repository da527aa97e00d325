import type { Answer } from './answer.ts';
import type { IngestionClient } from './client.ts';
import type { Target } from './target.ts';

/** Makes a client with a credential of its own, which has no token yet. */
export type Connect = (target: Target) => Promise<IngestionClient>;

/** The client of one delivery; all its chunks share it. */
export interface Connection {
  post(body: Buffer, signal: AbortSignal): Promise<Posted>;
  /** A new token instead of the one of that number; false when there was one already and it never worked. */
  renew(token: number): boolean;
  /** Whether the service was heard at all. */
  readonly heard: boolean;
}

interface Posted {
  readonly answer: Answer;
  /** Number of the token that was sent. */
  readonly token: number;
}

export function connectionOf(connect: () => Promise<IngestionClient>): Connection {
  let current: { readonly token: number; readonly client: Promise<IngestionClient>; worked: boolean } | undefined;
  let heard = false;
  return {
    get heard() {
      return heard;
    },
    async post(body, signal) {
      const used = (current ??= { token: 0, client: connect(), worked: false });
      const answer = await (await used.client).post(body, signal);
      heard ||= answer.status > 0;
      if (answer.status >= 200 && answer.status < 300) used.worked = true;
      return { answer, token: used.token };
    },
    renew(token) {
      if (!current || token < current.token) return true;
      if (token > 0 && !current.worked) return false;
      current = { token: token + 1, client: connect(), worked: false };
      return true;
    },
  };
}
