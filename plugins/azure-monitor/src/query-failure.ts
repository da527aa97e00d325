import { ByomlError } from '@byoml/core';
import type { Reply } from './query-client.ts';
import { complaintIn } from './query-reply.ts';

export interface Asked {
  readonly endpoint: string;
  readonly workspace: string;
}

/** Whether the same query may be answered a little later. */
export const isPassing = ({ status }: Reply): boolean => status === 408 || status === 429 || status >= 500;

/** The error that a refusal of the service becomes. */
export function refusalOf(reply: Reply, { endpoint, workspace }: Asked): ByomlError {
  const { codes, message } = complaintIn(reply.body) ?? { codes: [], message: '' };
  const details = { endpoint, workspace, status: reply.status, codes };
  const says = message === '' ? `status ${reply.status}` : message;
  if (reply.status === 401) return new ByomlError('CREDENTIAL_INVALID', `workspace ${workspace}: ${says}`, { details });
  if (reply.status === 403) return new ByomlError('ROLE_MISSING', `workspace ${workspace}: the identity may not query it (${says}); it needs the role Log Analytics Reader on the workspace`, { details });
  if (reply.status === 404) return new ByomlError('RESOURCE_UNKNOWN', `workspace ${workspace}: ${endpoint} knows no workspace of that id (${says})`, { details });
  if (reply.status === 429) return new ByomlError('SERVICE_THROTTLED', `workspace ${workspace}: ${says}`, { details });
  if (reply.status >= 500 || reply.status === 408) return new ByomlError('SERVICE_UNAVAILABLE', `workspace ${workspace}: ${endpoint} answers ${says}`, { details });
  return new ByomlError('SERVICE_REFUSED', `workspace ${workspace}: the query is refused: ${says}`, { details });
}

const certificateCodes = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_CERT_\w+|HOSTNAME_MISMATCH|INVALID_CA)$/u;
const signInNames = new Set(['AuthenticationError', 'AggregateAuthenticationError', 'AuthenticationRequiredError', 'CredentialUnavailableError']);

/** The error where there was no answer: from a certificate, a sign-in or the network. */
export function unansweredOf(thrown: unknown, { endpoint, workspace }: Asked): ByomlError {
  const { name = '', code = '', message = String(thrown) } = thrown as { readonly name?: string; readonly code?: string; readonly message?: string };
  const details = { endpoint, workspace, code };
  if (certificateCodes.test(code)) return new ByomlError('CERTIFICATE_INVALID', `${endpoint}: the certificate is not trusted (${code})`, { details, cause: thrown });
  if (signInNames.has(name)) return new ByomlError('CREDENTIAL_INVALID', `workspace ${workspace}: signing in failed: ${firstLine(message)}`, { details, cause: thrown });
  return new ByomlError('SERVICE_UNAVAILABLE', `${endpoint}: ${firstLine(message)}`, { details, cause: thrown });
}

const firstLine = (text: string): string => text.split('\n', 1)[0] as string;
