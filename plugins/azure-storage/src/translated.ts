import { ByomlError, isByomlError, type ErrorCode } from '@byoml/core';
import type { Credential } from './credential.ts';

/** What a request was about. */
export interface Asked {
  /** Address of what was asked for, without its query. */
  readonly address: string;
  readonly account: string;
  readonly container?: string | undefined;
  readonly credential: Credential;
  readonly now: Date;
  readonly signal: AbortSignal;
}

/** What is read of errors of the SDK, which are not to be kept: their requests hold signatures. */
interface Answered {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string | number;
  readonly statusCode?: number;
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
  readonly errors?: readonly unknown[];
  readonly cause?: unknown;
}

/** Beyond this Azure refuses what is signed with a time. */
const skewMs = 15 * 60_000;
const role = 'Storage Blob Data Reader';
const permissionCodes = new Set(['AuthorizationPermissionMismatch', 'InsufficientAccountPermissions', 'AuthorizationResourceTypeMismatch', 'AuthorizationServiceMismatch', 'AuthorizationProtocolMismatch']);
const unknownCodes = new Set(['ContainerNotFound', 'ContainerBeingDeleted', 'ContainerDisabled', 'ResourceNotFound']);
const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ERR_TLS|ERR_SSL|EPROTO/u;
const network = /^(?:E(?:CONN\w+|NOTFOUND|AI_AGAIN|TIMEDOUT|SOCKETTIMEDOUT|HOSTUNREACH|NETUNREACH|PIPE|HOSTDOWN)|REQUEST_SEND_ERROR|PARSE_ERROR|ERR_STREAM_PREMATURE_CLOSE|NO_ANSWER|CUT_SHORT)$/u;
const disk = new Set(['ENOSPC', 'EACCES', 'EPERM', 'EROFS', 'EDQUOT', 'EIO', 'EMFILE', 'ENOTDIR', 'EISDIR', 'ENOENT']);
const identity = new Set(['CredentialUnavailableError', 'AggregateAuthenticationError', 'AuthenticationError', 'AuthenticationRequiredError']);

const statusOf = (thrown: unknown): number | undefined => (thrown as Answered | undefined)?.statusCode;
const codeOf = (thrown: unknown): string => String((thrown as Answered | undefined)?.code ?? '');

/** Whether asking again may help: the connection failed, or the service has no time. */
export function isPassing(thrown: unknown): boolean {
  const [status, code] = [statusOf(thrown), codeOf(thrown)];
  if (status !== undefined) return [408, 429, 500, 502, 503, 504].includes(status) || code === 'PARSE_ERROR';
  return network.test(code) || (thrown as Answered).name === 'AbortError';
}

/** How long the service asks to wait, milliseconds. */
export function waitAsked(thrown: unknown): number {
  const { response } = thrown as Answered;
  const ms = Number(response?.headers?.get('retry-after-ms') ?? Number.NaN);
  const seconds = Number(response?.headers?.get('retry-after') ?? Number.NaN);
  return Number.isFinite(ms) ? ms : Number.isFinite(seconds) ? seconds * 1000 : 0;
}

/** What a failed request throws: the signal's reason after a stop, else an error of the catalogue. Nothing of the SDK's error is kept but codes. */
export function translated(thrown: unknown, asked: Asked): unknown {
  if (asked.signal.aborted) return asked.signal.reason;
  if (isByomlError(thrown)) return thrown;
  const { name = '' } = thrown as Answered;
  if (identity.has(name)) return failed('CREDENTIAL_INVALID', asked, signInFailed(thrown as Answered, asked.credential));
  const status = statusOf(thrown);
  return status === undefined ? unanswered(thrown as Answered, asked) : answered(thrown as Answered, status, asked);
}

function failed(code: ErrorCode, { address, account, container }: Asked, reason: string, details: object = {}): ByomlError {
  return new ByomlError(code, `${address}: ${reason}`, { details: { account, ...(container === undefined ? {} : { container }), ...details } });
}

function signInFailed(thrown: Answered, credential: Credential): string {
  const tried = credential.kind === 'token' ? credential.ways.join(', ') : credential.kind;
  const reasons = (thrown.errors ?? [thrown]).map((each) => firstLine((each as Answered).message ?? ''));
  return `signing in failed; tried ${tried}: ${reasons.join(' | ')}`;
}

/** Without what could be a secret, on one line. */
const firstLine = (text: string): string => (text.split('\n', 1)[0] ?? '').replaceAll(/(?:sig|token|assertion|secret|password|key)=[^&\s;]+/giu, '…').replaceAll(/eyJ[\w.-]{20,}/gu, '…').slice(0, 300);

function unanswered(thrown: Answered, asked: Asked): unknown {
  const code = codeOf(thrown);
  if (certificate.test(code)) return failed('CERTIFICATE_INVALID', asked, `the certificate is not trusted (${code})`, { reason: code });
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return failed('SERVICE_UNAVAILABLE', asked, `the name ${new URL(asked.account).hostname} is not known (${code}): no such account, or no network`, { reason: code });
  if (network.test(code) || thrown.name === 'AbortError') return failed('SERVICE_UNAVAILABLE', asked, `${unreached[code] ?? 'the connection failed'} (${code || 'closed'})`, { reason: code });
  if (disk.has(code)) return failed('WRITE_FAILED', asked, `the copy could not be stored (${code})`, { reason: code });
  return thrown;
}

const unreached: Readonly<Record<string, string>> = { NO_ANSWER: 'no answer in time', CUT_SHORT: 'the answer ended too early', PARSE_ERROR: 'the answer cannot be read', ECONNREFUSED: 'nothing listens there' };

type Refuse = (kind: ErrorCode, reason: string) => ByomlError;

function answered(thrown: Answered, status: number, asked: Asked): ByomlError {
  const code = codeOf(thrown);
  const details = { status, ...(code === '' ? {} : { reason: code }) };
  const refuse: Refuse = (kind, reason) => failed(kind, asked, `${reason} (${status}${code === '' ? '' : ` ${code}`})`, details);
  if (status === 401 || status === 403) return forbidden(code, thrown, asked, refuse);
  if (status === 404 || unknownCodes.has(code)) return refuse('RESOURCE_UNKNOWN', asked.container === undefined ? `there is no account at ${asked.account}` : `the account ${asked.account} has no container "${asked.container}"`);
  return refuse(...said(status, code));
}

type Said = readonly [ErrorCode, string];

function said(status: number, code: string): Said {
  const isBusy = status === 429 || (status === 503 && /busy|^$/iu.test(code));
  if (isBusy) return ['SERVICE_THROTTLED', 'the account is asked more than it allows'];
  if (status >= 500 || status === 408) return ['SERVICE_UNAVAILABLE', 'the service cannot answer now'];
  return code === 'PARSE_ERROR' ? ['SERVICE_UNAVAILABLE', 'the answer cannot be read'] : ['SERVICE_REFUSED', 'the service refuses'];
}

const called: Readonly<Record<Credential['kind'], string>> = { token: 'token', sas: 'SAS', key: 'account key' };

function forbidden(code: string, thrown: Answered, { credential, now }: Asked, refuse: Refuse): ByomlError {
  const answeredAt = Date.parse(thrown.response?.headers?.get('date') ?? '');
  const theirs = Number.isNaN(answeredAt) ? now.getTime() : answeredAt;
  if (credential.kind === 'sas' && credential.expires && credential.expires.getTime() <= theirs) return refuse('CREDENTIAL_INVALID', `the SAS has expired at ${credential.expires.toISOString()}`);
  if (permissionCodes.has(code)) return refuse('ROLE_MISSING', mayNot(credential));
  const skew = theirs - now.getTime();
  if (Math.abs(skew) > skewMs) return refuse('CREDENTIAL_INVALID', `the clock of this machine is ${Math.round(Math.abs(skew) / 60_000)} minutes ${skew > 0 ? 'behind' : 'ahead'}`);
  return refuse(...notAccepted(code, credential));
}

const mayNot = ({ kind }: Credential): string =>
  kind === 'sas'
    ? `the SAS does not allow it: it needs read and list (sp=rl) for the container; an identity would need the role "${role}"`
    : `the identity may not read: it needs the role "${role}" on the container or the account`;

function notAccepted(code: string, { kind }: Credential): Said {
  if (code === 'AccountIsDisabled') return ['SERVICE_REFUSED', 'the account is disabled'];
  if (code === 'KeyBasedAuthenticationNotPermitted') return ['CREDENTIAL_INVALID', 'the account takes no keys and no SAS made with them: use an identity'];
  if (code !== 'AuthorizationFailure') return ['CREDENTIAL_INVALID', `the ${called[kind]} is not accepted`];
  // An identity without permission is told something else, so it was kept out by the network; a signature can be either.
  return kind === 'token' ? ['SERVICE_REFUSED', keptOut] : ['CREDENTIAL_INVALID', `the ${called[kind]} is not accepted, or ${keptOut}`];
}

const keptOut = "the account's network rules keep this machine out";
