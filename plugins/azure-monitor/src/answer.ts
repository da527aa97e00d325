/** What came of one request. */
export type Answer = Answered | Lost;

/** The service answered. */
export interface Answered {
  readonly status: number;
  /** Of the service's error; the status when it says none. */
  readonly code: string;
  /** In the service's words, one line. */
  readonly message: string;
  /** How long the service asks to wait. */
  readonly retryAfterMs?: number | undefined;
  /** The service's clock, milliseconds since 1970. */
  readonly date?: number | undefined;
}

/** No whole answer came: whether the service has the rows is unknown. */
interface Lost {
  readonly status: 0;
  /** Of the system: ECONNRESET, ENOTFOUND. */
  readonly code: string;
  /** What was seen, after "the service". */
  readonly message: string;
}

interface Headers {
  get(name: string): string | undefined;
}

/** Reads an answer; the Retry-After of seconds, of a date, and of milliseconds. */
export function answered(status: number, headers: Headers, body: string, now: number): Answered {
  const { code, message } = errorOf(body);
  const date = Date.parse(headers.get('date') ?? '');
  return { status, code: code ?? String(status), message: oneLine(message ?? `status ${status}`), retryAfterMs: retryAfter(headers, Number.isNaN(date) ? now : date), date: Number.isNaN(date) ? undefined : date };
}

function errorOf(body: string): { readonly code?: string; readonly message?: string } {
  try {
    const { error } = JSON.parse(body) as { readonly error?: { readonly code?: unknown; readonly message?: unknown } };
    return { ...(typeof error?.code === 'string' && { code: error.code }), ...(typeof error?.message === 'string' && { message: error.message }) };
  } catch {
    return {};
  }
}

/** A date is told by the service's clock, so it is measured with it. */
function retryAfter(headers: Headers, now: number): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const ms = Number.parseInt(headers.get(name) ?? '', 10);
    if (ms >= 0) return ms;
  }
  const value = headers.get('retry-after');
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

const token = /\beyJ[\w-]+(?:\.[\w-]*){0,2}/g;

/** Words of others, short enough for a message and without tokens. */
export const oneLine = (text: string): string => text.replaceAll(token, '[token]').replaceAll(/\s+/g, ' ').trim().slice(0, 400);
