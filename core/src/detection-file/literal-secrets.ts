import { hasBadReference, withoutReferences } from './secrets.ts';
import type { Path } from './yaml-file.ts';

/** A text in settings that should not be in a file. */
export interface SecretFault {
  readonly path: Path;
  readonly reason: string;
}

const secretName = /(?:passw(?:or)?d|passphrase|secret|token|credential|connection_?string)s?$|(?:^|_)(?:pwd|sas)$/u;
const secretKeyName = /(?:api|access|account|shared|primary|secondary|private|storage|signing|master|function|subscription|encryption)_?keys?$/u;
const keyName = /(?:^|_)keys?$/u;

/** Wherever it stands: part of a connection string, a signed URL, a private key, a URL with a password. */
const unmistakable = /(?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd)\s*=\s*[^;\s]|[?&]sig=[^&\s]|-----BEGIN [A-Z ]*PRIVATE KEY-----|:\/\/[^/\s:@]+:[^/\s@]+@/iu;

/** Whether a key's name says that its value is a secret; `maybe` where only a look at the value can tell. */
function kindOf(key: string): 'secret' | 'maybe' | 'plain' {
  const words = key.replaceAll(/([a-z0-9])([A-Z])/gu, '$1_$2').toLowerCase().replaceAll(/[^a-z0-9]+/gu, '_');
  if (secretName.test(words) || secretKeyName.test(words)) return 'secret';
  return keyName.test(words) ? 'maybe' : 'plain';
}

/** What `credential` says where it names a way to sign in instead of a secret. */
const waysToSignIn = new Set(['default', 'managed', 'workload', 'cli']);

/** Long, without spaces, with letters and digits: nobody names a column like this. */
const looksRandom = (text: string): boolean => text.length >= 16 && /^[\w+/=.~-]+$/u.test(text) && /\d/u.test(text) && /[a-z]/iu.test(text);

function reasonAgainst(key: string, text: string): string | undefined {
  const rest = withoutReferences(text);
  if (hasBadReference(text)) return 'expected ${secret:NAME}, the name of letters, digits and _, where a secret goes';
  if (unmistakable.test(rest)) return secretReason;
  if (key === 'credential' && waysToSignIn.has(text)) return undefined;
  const kind = kindOf(key);
  const isLiteral = kind === 'secret' ? text !== '' && rest === text : kind === 'maybe' && looksRandom(rest);
  return isLiteral ? secretReason : undefined;
}

const secretReason = 'expected no secret in the file; write ${secret:NAME} and set the environment variable BYOML_SECRET_NAME';

/** Literal secrets, and references that are none, in settings. The reasons never repeat the value. */
export function secretFaults(value: unknown, path: Path = [], key = ''): readonly SecretFault[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => secretFaults(item, [...path, i], key));
  if (value !== null && typeof value === 'object') return Object.entries(value).flatMap(([name, inner]) => secretFaults(inner, [...path, name], name));
  if (typeof value === 'number' && /^(?:password|passphrase|pwd)$/iu.test(key)) return [{ path, reason: secretReason }];
  const reason = typeof value === 'string' ? reasonAgainst(key, value) : undefined;
  return reason === undefined ? [] : [{ path, reason }];
}

/** A value as messages show it: short, and not when it could be a secret. */
export function shown(value: unknown, key = ''): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string' && (kindOf(key) !== 'plain' || unmistakable.test(value))) return 'a text that is not shown';
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 76)}…"`;
}
