declare const service: unique symbol;

/** A typed name for something the host provides. */
export type Token<T> = symbol & { readonly [service]: T };

/** Tokens of the same name are the same token, also across copies of this package. */
export const token = <T>(name: string): Token<T> => Symbol.for(`byoml/${name}`) as Token<T>;

/** The services a component asks for, by the names it wants to use. */
export type Needs = Readonly<Record<string, Token<unknown>>>;

export type Services<N extends Needs> = {
  readonly [Name in keyof N]: N[Name] extends Token<infer T> ? T : never;
};

export interface Logger {
  info(message: string, fields?: object): void;
  /** Something the user should know although the run goes on. */
  warn(message: string, fields?: object): void;
}
/** Looks a secret up by name (`BYOML_SECRET_NAME`); throws SECRET_MISSING. Never log what it returns. */
export interface Secrets {
  get(name: string, signal: AbortSignal): Promise<string>;
}
export interface Clock {
  now(): Date;
}
/** The web's `fetch`, so that tests and sandboxes can stand in front of it. */
export type Fetch = typeof globalThis.fetch;
/** A private scratch folder; removed with the scope. */
export interface Folder {
  readonly path: string;
}

/** A folder of the plugin's own in the workspace for copies of what can be fetched again: it outlives the run, but may be gone when the next one begins. */
export interface CacheFolder {
  readonly path: string;
}
/** A folder of the plugin's own in the workspace for what cannot be fetched again; byoml never empties it. One process at a time has it. */
export interface DataFolder {
  readonly path: string;
}

export const Logger: Token<Logger> = token<Logger>('logger');
export const Secrets: Token<Secrets> = token<Secrets>('secrets');
export const Clock: Token<Clock> = token<Clock>('clock');
export const Fetch: Token<Fetch> = token<Fetch>('fetch');
export const Folder: Token<Folder> = token<Folder>('folder');
export const CacheFolder: Token<CacheFolder> = token<CacheFolder>('cache-folder');
export const DataFolder: Token<DataFolder> = token<DataFolder>('data-folder');
