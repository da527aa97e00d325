import { ByomlError } from '@byoml/core';
import { absent, type Storage } from '../storage/storage.ts';
import { hashOf, newSecret, tokenSchema, type Token } from './token.ts';

const prefix = 'private/tokens/';

/** What a new token may do and for how long. */
export interface TokenOffer {
  readonly account: string;
  readonly right: Token['right'];
  readonly packages?: readonly string[];
  readonly label?: string;
  /** Milliseconds; null: until it is revoked. */
  readonly lifeMs: number | null;
}

/** The tokens that were handed out and not revoked. */
export class Tokens {
  readonly #storage: Storage;
  readonly #now: () => number;

  constructor(storage: Storage, now: () => number) {
    this.#storage = storage;
    this.#now = now;
  }

  /** The only moment at which the secret is known. */
  async issue({ account, right, packages = [], label = '', lifeMs }: TokenOffer, signal: AbortSignal): Promise<{ readonly secret: string; readonly token: Token }> {
    const secret = newSecret();
    const now = this.#now();
    const token: Token = { hash: hashOf(secret), account, right, packages: [...packages], label, created: new Date(now).toISOString(), expires: lifeMs === null ? null : new Date(now + lifeMs).toISOString() };
    await this.#storage.write(`${prefix}${token.hash}`, new TextEncoder().encode(JSON.stringify(token)), { expected: absent, signal });
    return { secret, token };
  }

  /** Throws AUTHENTICATION_REQUIRED when nobody has that secret or its time is over. */
  async authenticate(secret: string, signal: AbortSignal): Promise<Token> {
    const token = await this.#read(`${prefix}${hashOf(secret)}`, signal);
    if (!token) throw new ByomlError('AUTHENTICATION_REQUIRED', 'the registry does not know the token');
    if (token.expires !== null && Date.parse(token.expires) <= this.#now()) throw new ByomlError('AUTHENTICATION_REQUIRED', `the token of "${token.account}" expired at ${token.expires}`);
    return token;
  }

  async ofAccount(account: string, signal: AbortSignal): Promise<readonly Token[]> {
    const tokens: Token[] = [];
    for await (const key of this.#storage.list(prefix, signal)) {
      const token = await this.#read(key, signal);
      if (token?.account === account) tokens.push(token);
    }
    return tokens;
  }

  /** False when the account has no token of that hash. */
  async revoke(account: string, hash: string, signal: AbortSignal): Promise<boolean> {
    const token = await this.#read(`${prefix}${hash}`, signal);
    return token?.account === account && this.#storage.delete(`${prefix}${hash}`, { signal });
  }

  async #read(key: string, signal: AbortSignal): Promise<Token | undefined> {
    const stored = await this.#storage.read(key, signal);
    return stored && tokenSchema.parse(JSON.parse(new TextDecoder().decode(stored.bytes)));
  }
}
