import { ByomlError } from '@byoml/core';
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { refuseUnlessAllowed, type Right, type Token } from '../accounts/token.ts';
import { parseName } from '../npm/name.ts';
import { refuseFrozen } from './publish-limit.ts';
import type { Registry } from './registry.ts';

const callers = new WeakMap<FastifyRequest, Token>();
const longestSecret = 512;

/** The token of a request; undefined when it has none. Throws AUTHENTICATION_REQUIRED for one that does not hold. */
async function tokenOf({ tokens, signal }: Registry, { headers: { authorization } }: FastifyRequest): Promise<Token | undefined> {
  const [, secret] = /^bearer (\S+)$/i.exec(authorization ?? '') ?? [];
  return secret === undefined || secret.length > longestSecret ? undefined : tokens.authenticate(secret, signal);
}

/** Whoever asks, when that is known; never throws. */
export async function callerIfAny(registry: Registry, request: FastifyRequest): Promise<Token | undefined> {
  try {
    return await tokenOf(registry, request);
  } catch {
    return undefined;
  }
}

/** The token that `needs` let in. */
export function callerOf(request: FastifyRequest): Token {
  const token = callers.get(request);
  if (!token) throw new ByomlError('INTERNAL', 'an endpoint asks for a caller that it does not need');
  return token;
}

/** Lets in whoever has a token with that right, before the body of the request is read; for a package (`:name`) the token has to be for that one. */
export const needs = (registry: Registry, right: Right): onRequestAsyncHookHandler => async (request) => {
  const token = await tokenOf(registry, request);
  if (!token) throw new ByomlError('AUTHENTICATION_REQUIRED', 'this needs a token');
  const { name } = request.params as { readonly name?: string };
  refuseUnlessAllowed(token, right, name === undefined ? undefined : parseName(name));
  if (right === 'publish') await refuseFrozen(registry, token.account);
  callers.set(request, token);
};
