import { ByomlError, isByomlError } from '@byoml/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { printable } from '../package/printable.ts';
import { securityHeaders } from './security-headers.ts';

const longestText = 2000;

/** The same value with nothing invisible in its texts: a refusal repeats what was asked, and terminals show it. */
function shown(value: unknown): unknown {
  if (typeof value === 'string') return printable(value, longestText);
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [printable(key), shown(inner)]));
}

/** A failure that this server did not foresee says nothing of what is inside it. */
function told(thrown: unknown): ByomlError {
  if (isByomlError(thrown)) return thrown;
  const { statusCode = 500, message } = thrown as { readonly statusCode?: number; readonly message?: string };
  if (statusCode === 413) return new ByomlError('REQUEST_TOO_LARGE', 'the body is too large');
  if (statusCode >= 400 && statusCode < 500) return new ByomlError('REQUEST_INVALID', message ?? 'the request cannot be read');
  return new ByomlError('INTERNAL', 'the registry failed');
}

/** npm prints the reason phrase, and of the body only a text; so the phrase is what its users read. */
const reasonPhrase = ({ message, hint }: ByomlError): string => `${message}. ${hint}`.replace(/[^\x20-\x7e]/g, '?').slice(0, 500);

/** Answers a failure: `{ error: { code, message, hint, details } }` with the code's status. */
export function replyError(thrown: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  const error = told(thrown);
  const { code, message, hint, http, details } = error;
  reply.raw.statusMessage = reasonPhrase(error);
  if (http === 401 && details['scheme'] === 'Basic') void reply.header('www-authenticate', 'Basic realm="byoml"');
  else if (http === 401) void reply.header('www-authenticate', 'Bearer realm="byoml"');
  void reply.code(http).headers(securityHeaders).header('cache-control', 'no-store').send({ error: shown({ code, message, hint, details }) });
}
