import { entropyOf } from './entropy.ts';

interface Shape {
  readonly what: string;
  /** Every repetition is bounded where something must follow it, so that no text takes more than linear time. */
  readonly pattern: RegExp;
}

const shapes: readonly Shape[] = [
  { what: 'a private key', pattern: /-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\\r|\\n|\s|["'`+]){1,8}[A-Za-z0-9+/=:, -]{30}/g },
  { what: 'an npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { what: 'a GitHub token', pattern: /\b(?:gh[opusr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255})\b/g },
  { what: 'a GitLab token', pattern: /\bglpat-[A-Za-z0-9_-]{20,64}/g },
  { what: 'an AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g },
  { what: 'an Azure access key', pattern: /\b(?:SharedAccessKey|AccountKey)=[A-Za-z0-9+/]{40,90}={0,2}/g },
  { what: 'an Azure shared access signature', pattern: /[?&]sig=[A-Za-z0-9%+/_-]{40,200}/g },
  { what: 'an Azure client secret', pattern: /(?<![\w~.-])[\w~.-]{3}[78]Q~[\w~.-]{31,34}(?![\w~.-])/g },
  { what: 'a Google key', pattern: /\bAIza[A-Za-z0-9_-]{35}(?![\w-])/g },
  { what: 'a Slack token', pattern: /\bxox[abeprs]-[A-Za-z0-9-]{20,200}/g },
];

/** Documentation and tests are full of them, and most have expired. */
const webToken = /\beyJ[\w-]{15,2000}\.eyJ[\w-]{15,4000}\.[\w-]{20,1000}/g;
const assignment = /(?:secret|token|passwd|password|api_?key|access_?key|private_?key|account_?key)["'`\]]{0,2}\s{0,3}[:=]\s{0,3}["'`]([\w+/=~.-]{24,200})["'`]/gi;
/** What documentation writes in the place of a secret. */
const placeholder = /example|placeholder|redacted|dummy|sample|your[-_]|xxxx|0{6}|1234567/i;
/** Random hexadecimal has 4 bits a character, random base64 nearly 6; words have less. */
const randomEnough = 3.7;

export interface Secret {
  readonly what: string;
  readonly index: number;
  /** It only looks random: a person has to tell. */
  readonly unsure: boolean;
}

const real = (text: string): boolean => !placeholder.test(text) && entropyOf(text) > 2.5;

/** Secrets of well-known shapes and random texts that are assigned to something called a secret; the first of each kind. The answers never hold the secret. */
export function secretsIn(text: string): readonly Secret[] {
  const known = shapes.flatMap(({ what, pattern }) => {
    const match = text.matchAll(pattern).find(([found]) => real(found));
    return match ? [{ what, index: match.index, unsure: false }] : [];
  });
  if (known.length > 0) return known;
  const token = text.matchAll(webToken).find(([found]) => real(found));
  if (token) return [{ what: 'a web token', index: token.index, unsure: true }];
  const random = text.matchAll(assignment).find(([found, value = '']) => real(found) && /\d/.test(value) && /[a-z]/i.test(value) && entropyOf(value) > randomEnough);
  return random ? [{ what: 'a random text that is called a secret', index: random.index, unsure: true }] : [];
}
