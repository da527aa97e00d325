import { ByomlError, isByomlError } from '@byoml/core';
import type { Ask, Question, Reply } from './query-client.ts';
import { isPassing, refusalOf, unansweredOf, type Asked } from './query-failure.ts';
import type { Pace } from './query-pace.ts';
import { answerIn, type QueryAnswer } from './query-reply.ts';

/** How long to go on when the service does not answer. */
export interface Patience {
  /** Times that one query is sent. */
  readonly tries: number;
  /** Pause after the first try where the service names none, milliseconds; each further one is twice as long. */
  readonly firstPauseMs: number;
  /** How long one answer may take, milliseconds: 3 minutes in the queue, 10 of work, and the way. */
  readonly answerMs: number;
}

export const patient: Patience = { tries: 7, firstPauseMs: 1000, answerMs: 15 * 60_000 };
const longestPauseMs = 180_000;

interface Asking {
  readonly ask: Ask;
  readonly pace: Pace;
  readonly place: Asked;
  readonly patience: Patience;
}

/** A query that the service began but could not end in time: less time in it would do. */
export interface TookTooLong {
  readonly tooLong: ByomlError;
}

/**
 * Asks until there is an answer, at the common pace: a pause that the service wants is a pause of all queries. Throws what the service
 * refuses, and what does not pass after all tries.
 */
export async function answerTo({ ask, pace, place, patience }: Asking, question: Question, signal: AbortSignal): Promise<QueryAnswer | TookTooLong> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await pace.turn(() => outcomeOf(ask, question, place, patience, signal), signal);
    if ('table' in outcome || 'tooLong' in outcome) return outcome;
    if (!outcome.passing || attempt === patience.tries) throw outcome.error;
    pace.hold(Math.min(longestPauseMs, outcome.pauseMs ?? patience.firstPauseMs * 2 ** (attempt - 1)));
  }
}

interface Failed {
  readonly error: ByomlError;
  readonly passing: boolean;
  readonly pauseMs?: number | undefined;
}

async function outcomeOf(ask: Ask, question: Question, place: Asked, { answerMs }: Patience, signal: AbortSignal): Promise<QueryAnswer | TookTooLong | Failed> {
  const late = AbortSignal.timeout(answerMs);
  let reply: Reply;
  try {
    reply = await ask(question, AbortSignal.any([signal, late]));
  } catch (thrown) {
    signal.throwIfAborted();
    if (late.aborted) return { error: new ByomlError('SERVICE_UNAVAILABLE', `${place.endpoint}: no answer within ${answerMs / 1000} s`, { details: { ...place } }), passing: false };
    const error = isByomlError(thrown) ? thrown : unansweredOf(thrown, place);
    return { error, passing: error.code === 'SERVICE_UNAVAILABLE' };
  }
  if (reply.status === 504) return { tooLong: refusalOf(reply, place) };
  if (reply.status !== 200) return { error: refusalOf(reply, place), passing: isPassing(reply), pauseMs: reply.retryAfterMs };
  return answerIn(reply.body) ?? { error: new ByomlError('SERVICE_UNAVAILABLE', `${place.endpoint}: the answer is torn or is no answer of this service`, { details: { ...place } }), passing: true };
}
