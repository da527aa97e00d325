import type { Answer, Answered } from './answer.ts';
import { bodyOf, chunksOf, type SentRow } from './chunks.ts';
import type { Connection } from './connection.ts';
import type { Ledger } from './ledger.ts';
import type { Pace } from './pace.ts';
import { meaningOf, patienceError, refusalError } from './refusal.ts';
import type { Target } from './target.ts';
import type { Time } from './time.ts';

/** What sending needs beside the rows. */
export interface Delivery {
  readonly target: Target;
  readonly connection: Connection;
  readonly ledger: Ledger;
  readonly pace: Pace;
  readonly time: Time;
  readonly patienceMs: number;
}

/** A chunk on its way: `signal` ends requests, `stop` only what comes after them, because another chunk has failed for good. */
interface Sending extends Delivery {
  readonly signal: AbortSignal;
  readonly stop: AbortSignal;
}

const atOnce = 5;
const [firstWaitMs, longestWaitMs] = [500, 30_000];
/** Requests to an address that never answered: it is more likely wrong than busy. */
const triesUnheard = 3;
const nobodyThere = /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/;

/**
 * Sends every row and says in the ledger what became of it. Chunks go a few at a time; all that is in memory are those and the next. When one fails for good
 * the requests under way are still heard, nothing else is sent, and its error is thrown. `signal` ends everything at once, and its reason is thrown.
 */
export async function deliver(rows: AsyncIterable<Iterable<SentRow>>, delivery: Delivery, signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const sending: Sending = { ...delivery, signal, stop: AbortSignal.any([signal, failed.signal]) };
  const underWay = new Set<Promise<void>>();
  const start = (chunk: readonly SentRow[]): void => {
    const one: Promise<void> = send(chunk, sending).then(() => undefined, (thrown: unknown) => failed.abort(thrown)).finally(() => underWay.delete(one));
    underWay.add(one);
  };
  try {
    for await (const chunk of chunksOf(interruptible(rows, sending.stop))) {
      start(chunk);
      if (underWay.size >= atOnce) await Promise.race(underWay);
      sending.stop.throwIfAborted();
    }
  } catch (thrown) {
    failed.abort(thrown);
  }
  await Promise.all(underWay);
  sending.stop.throwIfAborted();
  delivery.ledger.end();
}

/** What is read, until the signal is aborted, also while something is waited for. */
async function* interruptible<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const reading = source[Symbol.asyncIterator]();
  const next = (): Promise<IteratorResult<T>> =>
    new Promise((resolve, reject) => {
      const stop = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
      reading.next().then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  try {
    for (;;) {
      signal.throwIfAborted();
      const result = await next();
      if (result.done) return;
      yield result.value;
    }
  } finally {
    // Not awaited: what is stuck in a read would never come back.
    reading.return?.().catch(() => {});
  }
}

/** Whether all of them were accepted. */
async function send(rows: readonly SentRow[], sending: Sending): Promise<boolean> {
  const { ledger } = sending;
  const answer = await finalAnswer(bodyOf(rows), sending);
  const meaning = meaningOf(answer);
  if (meaning === 'accepted') {
    ledger.accepted(rows.map(({ at }) => at));
    return true;
  }
  if (rows.length > 1) await divide(rows, sending, meaning === 'bad content');
  else if (meaning === 'too large') ledger.refused(rows.map(({ at }) => at), answer);
  else ledger.doubted((rows[0] as SentRow).at, answer);
  return false;
}

/** Sends both halves. Where the first proves innocent, what was wrong is in the second, which need not be asked as a whole. */
async function divide(rows: readonly SentRow[], sending: Sending, guilty: boolean): Promise<void> {
  const half = rows.length >> 1;
  const innocent = await send(rows.slice(0, half), sending);
  const rest = rows.slice(half);
  if (guilty && innocent && rest.length > 1) await divide(rest, sending, guilty);
  else await send(rest, sending);
}

/** The answer that is about the rows: accepted, too large, bad content. Waits and sends again for others; throws what neither changes, and when patience ends. */
async function finalAnswer(body: Buffer, sending: Sending): Promise<Answered> {
  const { connection, pace, time, signal, stop } = sending;
  await pace.turn(body.length, stop);
  for (let tries = 1, began = time.now(); ; tries++) {
    const { answer, token } = await connection.post(body, signal);
    const meaning = meaningOf(answer);
    if (meaning === 'accepted' || meaning === 'too large' || meaning === 'bad content') return answer as Answered;
    const wait = waitOf(answer, tries, time);
    if (meaning === 'never' || (meaning === 'unauthorized' && !connection.renew(token))) throw refusalError(answer as Answered, sending.target, time.now());
    if (isVain(answer, { tries, wait, began }, sending)) throw patienceError(answer, sending.target, Math.round((time.now() - began) / 1000));
    if (meaning === 'all wait') pace.pause(wait);
    else if (meaning !== 'unauthorized' || tries > 1) await time.sleep(wait, stop);
    await pace.turn(body.length, stop);
  }
}

/** Whether to give up: the next try would be too late, or nobody was ever heard at that address. */
function isVain({ code }: Answer, { tries, wait, began }: { readonly tries: number; readonly wait: number; readonly began: number }, { time, patienceMs, connection }: Sending): boolean {
  return time.now() + wait > began + patienceMs || (tries >= triesUnheard && !connection.heard && nobodyThere.test(code));
}

/** Milliseconds until the next try: what the service asks for, else twice as long each time, of which a half by chance, so that chunks do not come back together. */
function waitOf(answer: Answer, tries: number, time: Time): number {
  if ('retryAfterMs' in answer && answer.retryAfterMs !== undefined) return answer.retryAfterMs;
  const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** (tries - 1));
  return wait / 2 + (time.random() * wait) / 2;
}
