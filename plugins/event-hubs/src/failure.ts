import { ByomlError, isByomlError, type ErrorCode } from '@byoml/core';
import type { Access } from './client.ts';

/** All errors behind an error, itself first. */
function* chain(error: unknown, seen = new Set<unknown>()): Generator<Error & { readonly code?: unknown; readonly apiId?: unknown }> {
  if (!(error instanceof Error) || seen.has(error)) return;
  seen.add(error);
  yield error;
  yield* chain(error.cause, seen);
  if ('errors' in error && Array.isArray(error.errors)) for (const each of error.errors) yield* chain(each, seen);
}

const certificate = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|ERR_TLS_CERT)/u;
const credential = /^(?:PLT_KFK_AUTHENTICATION|SASL_AUTHENTICATION_FAILED|UNSUPPORTED_SASL_MECHANISM|ILLEGAL_SASL_STATE)$/u;

function* kinds(error: unknown): Generator<string> {
  for (const { code, apiId, message } of chain(error)) {
    if (typeof apiId === 'string') yield apiId;
    if (typeof code === 'string') yield code;
    // The client drops the code of this one.
    if (message.startsWith('Unknown topic ')) yield 'UNKNOWN_TOPIC_OR_PARTITION';
  }
}

/** The brokers, the topic and the group in words, and the code of what the client met; never a text of the client, which may hold what it was given. */
export function failureOf(error: unknown, access: Access): ByomlError {
  if (isByomlError(error)) return error;
  const { topic, group } = access;
  const brokers = access.brokers.map(({ host, port }) => `${host}:${port}`).join(', ');
  const met = [...kinds(error)];
  const failed = (code: ErrorCode, message: string): ByomlError => new ByomlError(code, message, { details: { brokers, topic, group, met: [...new Set(met)] } });
  if (met.some((kind) => certificate.test(kind))) return failed('CERTIFICATE_INVALID', `${brokers}: the certificate is not trusted (${met.find((kind) => certificate.test(kind))}); name that of a certificate authority of your own in the setting "ca"`);
  if (met.some((kind) => credential.test(kind))) return failed('CREDENTIAL_INVALID', `${brokers}: the connection string is not accepted${access.connectionString === undefined ? '; the setting "connectionString" is missing' : ''}`);
  if (met.includes('GROUP_AUTHORIZATION_FAILED')) return failed('ROLE_MISSING', `${brokers}: the credential may not read as consumer group ${group}; it needs the role "Azure Event Hubs Data Receiver", or a policy with the right to listen`);
  if (met.some((kind) => kind.endsWith('_AUTHORIZATION_FAILED'))) return failed('ROLE_MISSING', `${brokers}: the credential may not read ${topic}; it needs the role "Azure Event Hubs Data Receiver", or a policy with the right to listen`);
  if (met.includes('UNKNOWN_TOPIC_OR_PARTITION') || met.includes('INVALID_TOPIC_EXCEPTION')) return failed('RESOURCE_UNKNOWN', `${brokers} has no event hub or topic ${topic}`);
  return failed('SERVICE_UNAVAILABLE', `${brokers} cannot be reached or does not answer (${met.at(-1) ?? 'no reason given'})`);
}

/** Whether the client says that it was used wrongly, or something of ours failed: nothing that a service has to do with. */
export const isDefect = (error: unknown): boolean => !isByomlError(error) && [...chain(error)].every(({ code, message }) => typeof code !== 'string' || (code === 'PLT_KFK_USER' && message.startsWith('/options')));

/** Whether the same may work a little later. */
export const isPassing = ({ code }: ByomlError): boolean => code === 'SERVICE_UNAVAILABLE';
