import { ByomlError, type ErrorCode } from '@byoml/core';
import type { Answer, Answered } from './answer.ts';
import type { Target } from './target.ts';

/** What an answer means for the rows that were sent. */
export type Meaning = 'accepted' | 'too large' | 'bad content' | 'unauthorized' | 'again' | 'all wait' | 'never';

/** Words of the service for a stream that the rule does not have, whatever the status. */
const unknownStream = /stream/i;

export function meaningOf(answer: Answer): Meaning {
  const { status, code } = answer;
  if (status >= 200 && status < 300) return 'accepted';
  if (asksToWait(answer)) return 'all wait';
  if ((status === 400 || status === 422) && unknownStream.test(code)) return 'never';
  return byStatus[status] ?? (status >= 500 ? 'again' : 'never');
}

const byStatus: Readonly<Record<number, Meaning>> = { 0: 'again', 400: 'bad content', 401: 'unauthorized', 408: 'again', 413: 'too large', 422: 'bad content', 429: 'all wait' };

/** The documentation names 400 beside 429 for a rule that is over its limits. */
const asksToWait = (answer: Answer): boolean => [400, 429, 503].includes(answer.status) && 'retryAfterMs' in answer && answer.retryAfterMs !== undefined;

/** A clock that is wrong by more than this makes tokens look expired, or not valid yet. */
const skewMs = 120_000;

function skewSaid({ date }: Answered, now: number): string {
  const behind = (date ?? now) - now;
  if (Math.abs(behind) < skewMs) return '';
  return ` The clock of this machine is ${Math.round(Math.abs(behind) / 60_000)} min ${behind > 0 ? 'behind' : 'ahead of'} the service's: tokens look expired or not yet valid.`;
}

/** The error of an answer that sending again does not change. */
export function refusalError(answer: Answered, { ruleId, stream, endpoint }: Target, now: number): ByomlError {
  const { status, code, message } = answer;
  const says = `The service says: ${message} (${code})`;
  const failed = (error: ErrorCode, what: string): ByomlError => new ByomlError(error, `${what}. ${says}`, { details: { status, reason: code, rule: ruleId, stream } });
  if (status === 401) return failed('CREDENTIAL_INVALID', `${new URL(endpoint).host} does not accept the token, nor a new one.${skewSaid(answer, now)} It must be for the audience of the setting "audience"`);
  if (status === 403) return failed('ROLE_MISSING', `the identity may not send rows to the data collection rule ${ruleId}: it needs the role "Monitoring Metrics Publisher" on it`);
  if (unknownStream.test(code)) return failed('RESOURCE_UNKNOWN', `the data collection rule ${ruleId} has no stream ${stream}`);
  if (status === 404) return failed('RESOURCE_UNKNOWN', `there is no data collection rule ${ruleId} at ${new URL(endpoint).host}, or it has no stream ${stream}`);
  return failed('SERVICE_REFUSED', `${new URL(endpoint).host} does not accept the request (status ${status})`);
}

/** The error of waiting in vain. */
export function patienceError(answer: Answer, { endpoint, ruleId }: Target, seconds: number): ByomlError {
  const host = new URL(endpoint).host;
  const details = { status: answer.status, reason: answer.code, rule: ruleId };
  if (answer.status === 401) return new ByomlError('CREDENTIAL_INVALID', `${host} does not accept the token: ${answer.message} (${answer.code})`, { details });
  if (meaningOf(answer) === 'all wait') {
    const asks = 'retryAfterMs' in answer && answer.retryAfterMs !== undefined ? ` and asks to wait ${Math.ceil(answer.retryAfterMs / 1000)} s` : '';
    return new ByomlError(answer.status === 503 ? 'SERVICE_UNAVAILABLE' : 'SERVICE_THROTTLED', `${host} takes no more rows now${asks}; ${seconds} s of patience do not suffice. It says: ${answer.message} (${answer.code})`, { details });
  }
  return new ByomlError('SERVICE_UNAVAILABLE', `${host} ${answer.status === 0 ? answer.message : `answers ${answer.status}: ${answer.message}`} (${answer.code || 'no code'}); tried for ${seconds} s`, { details });
}
