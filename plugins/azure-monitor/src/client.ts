import type { TokenCredential } from '@azure/identity';
import { LogsIngestionClient, isAggregateLogsUploadError } from '@azure/monitor-ingestion';
import { ByomlError } from '@byoml/core';
import { answered, oneLine, type Answer } from './answer.ts';
import type { Target } from './target.ts';

export interface ClientOptions {
  /** Of one request. */
  readonly timeoutMs: number;
  /** What a test trusts instead of the certificates of the system. */
  readonly ca?: string;
}

export interface IngestionClient {
  /** Sends one request, once. Throws the signal's reason, CERTIFICATE_INVALID, and CREDENTIAL_INVALID or SERVICE_UNAVAILABLE when there is no token to send. */
  post(body: Buffer, signal: AbortSignal): Promise<Answer>;
}

interface Slot {
  readonly body: Buffer;
  answer?: Answer;
}

const untrusted = /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(?:GET|VERIFY|DECRYPT)_|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_EXCEEDED)/;

/**
 * The SDK's client, for its sign-in, its protocol and its compression. It cuts and serialises rows by its own lights, twice, so it is given a single row that
 * stands for a body, which a policy of the pipeline puts in its place: the bytes that were counted are those that are sent. It does not retry: that would be
 * each request by itself, while all must wait together.
 */
export function ingestionClient(target: Target, credential: TokenCredential, { timeoutMs, ca }: ClientOptions): IngestionClient {
  const client = new LogsIngestionClient(target.endpoint, explained(credential), {
    audience: target.audience, retryOptions: { maxRetries: 0 }, redirectOptions: { maxRetries: 0 }, ...(ca !== undefined && { tlsOptions: { ca } }),
  });
  const slots = new Map<number, Slot>();
  let last = 0;
  client.pipeline.addPolicy({
    name: 'byoml-body',
    async sendRequest(request, next) {
      const [{ slot: number }] = JSON.parse(request.body as string) as [{ readonly slot: number }];
      const slot = slots.get(number) as Slot;
      Object.assign(request, { body: slot.body, timeout: timeoutMs });
      const response = await next(request);
      slot.answer = answered(response.status, response.headers, response.bodyAsText ?? '', Date.now());
      return response;
    },
  }, { beforePolicies: ['GzippingPolicy'] });

  return {
    async post(body, signal) {
      const slot: Slot = { body };
      const number = ++last;
      slots.set(number, slot);
      try {
        await client.upload(target.ruleId, target.stream, [{ slot: number }], { abortSignal: signal });
      } catch (thrown) {
        if (!slot.answer) {
          signal.throwIfAborted();
          return unanswered(isAggregateLogsUploadError(thrown) ? thrown.errors[0]?.cause : thrown, target, timeoutMs);
        }
      } finally {
        slots.delete(number);
      }
      return slot.answer as Answer;
    },
  };
}

/** Why there is no answer: something that goes away, or something thrown. */
function unanswered(cause: unknown, { endpoint }: Target, timeoutMs: number): Answer {
  if (!(cause instanceof Error)) throw cause;
  const { code = '', name } = cause as NodeJS.ErrnoException;
  if (untrusted.test(code)) throw new ByomlError('CERTIFICATE_INVALID', `${new URL(endpoint).host}: its certificate is not trusted: ${oneLine(cause.message)} (${code})`, { details: { reason: code }, cause });
  if (name === 'AbortError') return { status: 0, code: 'ETIMEDOUT', message: `did not answer within ${timeoutMs / 1000} s` };
  if (name === 'RestError') return { status: 0, code, message: code === 'ENOTFOUND' ? 'has an address that no name server knows' : `broke off: ${oneLine(cause.message)}` };
  throw cause;
}

/** In messages of the sign-in: it was not refused, it was never asked. */
const unreachable = /network_error|ENOTFOUND|EAI_AGAIN|ECONNRESET|ECONNREFUSED (?!127\.|::1|169\.254)/;

/** A credential that says in the catalogue's words why it has no token. */
function explained(credential: TokenCredential): TokenCredential {
  return {
    getToken: (scopes, options) =>
      credential.getToken(scopes, options).catch((cause: unknown) => {
        const said = cause instanceof Error ? oneLine(cause.message) : 'no reason is known';
        throw new ByomlError(unreachable.test(said) ? 'SERVICE_UNAVAILABLE' : 'CREDENTIAL_INVALID', `no token could be had for ${[scopes].flat().join(' ')}: ${said}`, { cause });
      }),
  };
}
