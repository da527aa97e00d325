import { ByomlError, catalogue, type ErrorCode } from '@byoml/core';
import { z } from 'zod';
import { registryAddress } from '../client/registry-address.ts';
import { printable } from '../package/printable.ts';

/** A registry as an author reaches it. */
export interface RegistryAccess {
  /** Ends in a slash. */
  readonly registry: string;
  /** Undefined: as nobody. */
  readonly token: string | undefined;
}

interface Question {
  readonly method?: 'GET' | 'PUT' | 'POST';
  /** Sent as JSON. */
  readonly body?: object;
  /** Bytes of the answer that are read at most. */
  readonly limit?: number;
}

const patienceMs = 120_000;
const jsonLimit = 32 << 20;
const told = z.object({ error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()).default({}) }) });
const isCode = (code: string): code is ErrorCode => Object.hasOwn(catalogue, code);

/** One form of the address of a registry that answers, not of a folder. Throws USAGE_INVALID, also for plain http to another machine. */
export function serverAddress(text: string): string {
  const address = registryAddress(text);
  if (address.folder !== undefined) throw new ByomlError('USAGE_INVALID', `"${printable(text)}" is a folder; expected the address of a registry, such as https://plugins.example/`);
  return address.text;
}

/** Bytes that a registry answers. Throws the registry's own error where it tells one of the catalogue's, REGISTRY_FAILED for everything else. */
export async function askRegistry({ registry, token }: RegistryAccess, path: string, { method = 'GET', body, limit = jsonLimit }: Question, signal: AbortSignal): Promise<Uint8Array> {
  const headers = { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }), ...(body && { 'content-type': 'application/json' }) };
  try {
    // A redirect could carry the package and the token to somebody else.
    const response = await fetch(`${registry}${path}`, { method, headers, redirect: 'error', signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]), ...(body && { body: JSON.stringify(body) }) });
    const bytes = await bounded(response, limit);
    if (!response.ok) throw failureOf(response.status, bytes, registry);
    return bytes;
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof ByomlError) throw thrown;
    const { message, cause } = thrown as Error;
    throw new ByomlError('REGISTRY_FAILED', `${registry}: ${cause instanceof Error ? cause.message || message : message}`, { details: { registry }, cause: thrown });
  }
}

/** As `askRegistry`, for an answer that is JSON of a schema. */
export async function askJson<T>(access: RegistryAccess, path: string, { schema, ...question }: Question & { readonly schema: z.ZodType<T> }, signal: AbortSignal): Promise<T> {
  const bytes = await askRegistry(access, path, question, signal);
  const parsed = schema.safeParse(jsonOf(bytes));
  if (parsed.success) return parsed.data;
  throw new ByomlError('REGISTRY_FAILED', `${access.registry}${path}: it does not answer as a registry of byoml does`, { details: { registry: access.registry }, cause: parsed.error });
}

async function bounded({ body }: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > limit) throw new TypeError(`it answers more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

const byStatus: Readonly<Record<number, ErrorCode>> = { 401: 'AUTHENTICATION_REQUIRED', 403: 'ACCESS_DENIED', 404: 'PACKAGE_UNKNOWN', 409: 'VERSION_EXISTS', 413: 'REQUEST_TOO_LARGE', 422: 'PUBLISH_REFUSED', 429: 'PUBLISH_LIMITED' };

function failureOf(status: number, bytes: Uint8Array, registry: string): ByomlError {
  const { data } = told.safeParse(jsonOf(bytes));
  if (data && isCode(data.error.code)) return new ByomlError(data.error.code, printable(data.error.message, 1000), { details: data.error.details });
  return new ByomlError(byStatus[status] ?? 'REGISTRY_FAILED', `${registry}: it answers with the status ${status}`, { details: { registry, status } });
}

/** A package's part of an address, with the one slash of a scope written as npm does. */
export const addressOf = (name: string): string => name.replace('/', '%2f');
