import { ByomlError } from '@byoml/core';

/** The account and the container, as errors name them. */
export interface Place {
  readonly account: string;
  readonly container: string;
}

/** What the Azure SDK throws, as far as it is safe to look at: its request holds the address with the SAS, and its headers. */
interface Thrown {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly details?: { readonly errorCode?: unknown; readonly requestId?: unknown };
}

const worded = /^[A-Za-z][A-Za-z0-9_]{0,99}$/;
const word = (text: unknown): string | undefined => (typeof text === 'string' && worded.test(text) ? text : undefined);

/** The service's or the system's word for what went wrong; an answer to HEAD has it in a header only. */
export const codeOf = (thrown: unknown): string | undefined => word((thrown as Thrown).code) ?? word((thrown as Thrown).details?.errorCode);

const statusOf = (thrown: unknown): number | undefined => {
  const { statusCode } = thrown as Thrown;
  return typeof statusCode === 'number' ? statusCode : undefined;
};

export const isMissing = (thrown: unknown): boolean => codeOf(thrown) === 'BlobNotFound';

/** Only these mean "not as expected". Other answers of 404, 409 and 412 (no container, a lease, an immutability policy) do not go away by trying again with another version. */
export const isRefusal = (thrown: unknown): boolean => ['ConditionNotMet', 'BlobAlreadyExists', 'BlobNotFound'].includes(codeOf(thrown) ?? '');

/** Whether a request may have done its work although it seems to have failed. */
export function isAnswerLost(thrown: unknown): boolean {
  const { name } = thrown as Thrown;
  const status = statusOf(thrown);
  return (name === 'RestError' || name === 'AbortError') && (status === undefined || status < 400 || status === 408 || status === 429 || status >= 500);
}

/** STORAGE_FAILED without the SDK's error as its cause, because that holds the access in its request. */
export function failure({ account, container }: Place, what: string, thrown: unknown): ByomlError {
  const [status, code] = [statusOf(thrown), codeOf(thrown) ?? word((thrown as Thrown).name)];
  const requestId = (thrown as Thrown).details?.requestId;
  const request = typeof requestId === 'string' && /^[0-9a-f-]{1,64}$/i.test(requestId) ? requestId : undefined;
  const reason = [status, code].filter((part) => part !== undefined).join(' ') || 'unknown failure';
  return new ByomlError('STORAGE_FAILED', `storage ${account}/${container}: ${what}: ${reason}`, { details: { account, container, status, code, request } });
}
