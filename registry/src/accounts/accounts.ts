import { ByomlError } from '@byoml/core';
import { absent, type Storage } from '../storage/storage.ts';
import { accountKey, accountSchema, type Account } from './account.ts';
import { Attempts, wrongPassword } from './attempts.ts';
import { isPassword, keepPassword, type KeptPassword } from './password.ts';

const shortest = 8;
const longest = 1024;
const text = { encode: (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value)), decode: (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes)) };

/** Who may log in. */
export class Accounts {
  readonly #storage: Storage;
  readonly #now: () => number;
  readonly #attempts: Attempts;

  constructor(storage: Storage, now: () => number) {
    this.#storage = storage;
    this.#now = now;
    this.#attempts = new Attempts(now);
  }

  async find(name: string, signal: AbortSignal): Promise<Account | undefined> {
    const stored = await this.#storage.read(accountKey(name), signal);
    return stored && accountSchema.parse(text.decode(stored.bytes));
  }

  /** False when the name is taken. A null password: only tokens get in. */
  async create(name: string, password: string | null, signal: AbortSignal): Promise<boolean> {
    if (password !== null && (password.length < shortest || password.length > longest)) throw new ByomlError('REQUEST_INVALID', `password: at least ${shortest} and at most ${longest} characters`);
    const kept: KeptPassword | null = password === null ? null : await keepPassword(password);
    const account: Account = { name, password: kept, created: new Date(this.#now()).toISOString(), frozenUntil: null };
    return (await this.#storage.write(accountKey(name), text.encode(account), { expected: absent, signal })) !== undefined;
  }

  /** Throws AUTHENTICATION_REQUIRED for a wrong password, and for any after too many wrong ones. */
  async checkPassword({ name, password: kept }: Account, password: string): Promise<void> {
    this.#attempts.refuse(name);
    if (password.length <= longest && kept && (await isPassword(password, kept))) return this.#attempts.forget(name);
    this.#attempts.count(name);
    throw wrongPassword(`"${name}": wrong password`);
  }

  /** Keeps the account from changing anything until a moment. */
  async freeze(name: string, until: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const stored = await this.#storage.read(accountKey(name), signal);
      if (!stored) return;
      const frozen: Account = { ...accountSchema.parse(text.decode(stored.bytes)), frozenUntil: new Date(until).toISOString() };
      if (await this.#storage.write(accountKey(name), text.encode(frozen), { expected: stored.version, signal })) return;
    }
  }
}
