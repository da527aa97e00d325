import { AsyncLocalStorage } from 'node:async_hooks';
import type { TokenCredential } from '@azure/identity';
import { LogsQueryClient } from '@azure/monitor-query-logs';

/** One query over a stretch of TimeGenerated, both ends included. */
export interface Question {
  readonly query: string;
  readonly from: Date;
  readonly to: Date;
}

/** What the service answered, as it said it. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  /** How long the service asks to wait, milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** Rejects where there is no answer: no token, no connection, a torn body, or the signal. */
export type Ask = (question: Question, signal: AbortSignal) => Promise<Reply>;

interface Place {
  /** Address without a path. */
  readonly endpoint: string;
  readonly workspace: string;
  readonly credential: TokenCredential;
  /** What a test trusts instead of the certificates of the system. */
  readonly ca?: string | undefined;
}

/** The longest that the service works on a query, seconds. */
const serverSeconds = 600;

interface Call {
  readonly signal: AbortSignal;
  reply?: Reply;
}

const nothing = '{"tables":[]}';

/**
 * The query client of the SDK, for its tokens and its connections. It drops a signal that it is given, turns times into dates of whole
 * milliseconds and numbers into doubles, and takes a refusal without JSON for a fault of its own; so the reply is taken before it sees it.
 */
export function queryClient({ endpoint, workspace, credential, ca }: Place): Ask {
  const calls = new AsyncLocalStorage<Call>();
  // It reads the audience from `credentials.scopes` and nowhere else. Retries are the caller's, since they are paced with all other queries.
  const client = new LogsQueryClient(credential, {
    endpoint: `${endpoint}/v1`, credentials: { scopes: [`${endpoint}/.default`] }, retryOptions: { maxRetries: 0 }, redirectOptions: { maxRetries: 0 }, ...(ca !== undefined && { tlsOptions: { ca } }),
  });
  client.pipeline.addPolicy({
    name: 'byomlReply',
    async sendRequest(request, next) {
      const call = calls.getStore();
      if (call) request.abortSignal = call.signal;
      const response = await next(request);
      if (call) call.reply = { status: response.status, body: response.bodyAsText ?? '', retryAfterMs: retryAfter((name) => response.headers.get(name)) };
      if (response.status === 200) response.bodyAsText = nothing;
      return response;
    },
  });
  return async ({ query, from, to }, signal) => {
    const call: Call = { signal };
    try {
      await calls.run(call, () => client.queryWorkspace(workspace, query, { startTime: from, endTime: to }, { serverTimeoutInSeconds: serverSeconds }));
    } catch (error) {
      signal.throwIfAborted();
      if (!call.reply) throw error;
    }
    return call.reply as Reply;
  };
}

function retryAfter(header: (name: string) => string | undefined): number | undefined {
  const ms = Number(header('retry-after-ms') ?? header('x-ms-retry-after-ms') ?? Number.NaN);
  if (ms >= 0) return ms;
  const text = header('retry-after');
  if (text === undefined) return undefined;
  const seconds = Number(text);
  const until = Number.isNaN(seconds) ? Date.parse(text) - Date.now() : seconds * 1000;
  return Number.isNaN(until) ? undefined : Math.max(0, until);
}
