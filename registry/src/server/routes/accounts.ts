import { ByomlError } from '@byoml/core';
import { z } from 'zod';
import { parseAccountName } from '../../accounts/account.ts';
import { hashOf } from '../../accounts/token.ts';
import { parseBody } from '../../npm/publish-body.ts';
import { callerIfAny, callerOf, needs } from '../caller.ts';
import type { Registry } from '../registry.ts';
import type { Route } from '../route.ts';

const body = z.object({ name: z.string(), password: z.string() });
const prefix = 'org.couchdb.user:';
const loginLifeMs = 30 * 86_400_000;

interface Params {
  readonly user: string;
}

const nameIn = ({ user }: Params): string => parseAccountName(user.startsWith(prefix) ? user.slice(prefix.length) : undefined);

/** Logs in, or makes the account where that is allowed. Throws AUTHENTICATION_REQUIRED and REQUEST_INVALID. */
async function logIn({ accounts, settings, signal }: Registry, { name, password }: z.infer<typeof body>, isAdmin: boolean): Promise<void> {
  const account = await accounts.find(name, signal);
  if (account) return accounts.checkPassword(account, password);
  if (settings.registration === 'closed' && !isAdmin) throw new ByomlError('REQUEST_INVALID', `there is no account "${name}", and only the administrator makes new ones here`);
  if (!(await accounts.create(name, password, signal))) throw new ByomlError('REQUEST_INVALID', `the account "${name}" was made meanwhile; log in again`);
}

/** `npm login --auth-type=legacy`, `npm adduser`, `npm logout`, and who somebody is, for `npm owner add`. */
export const accounts: Route = (app, registry) => {
  app.put<{ Params: Params }>('/-/user/:user', async (request, reply) => {
    const name = nameIn(request.params);
    const given = parseBody(body, request.body);
    if (given.name !== name) throw new ByomlError('REQUEST_INVALID', 'the address and the body name different accounts');
    const caller = await callerIfAny(registry, request);
    await logIn(registry, given, caller?.right === 'admin');
    const { secret } = await registry.tokens.issue({ account: name, right: 'publish', label: 'login', lifeMs: loginLifeMs }, registry.signal);
    return reply.code(201).header('cache-control', 'no-store').send({ ok: true, id: `${prefix}${name}`, token: secret });
  });

  app.get<{ Params: Params }>('/-/user/:user', { onRequest: needs(registry, 'read') }, async (request) => {
    const name = nameIn(request.params);
    if (!(await registry.accounts.find(name, registry.signal))) throw new ByomlError('PACKAGE_UNKNOWN', `"${name}" has no account here`, { details: { account: name } });
    return { _id: `${prefix}${name}`, name, email: '' };
  });

  app.delete<{ Params: { secret: string } }>('/-/user/token/:secret', { onRequest: needs(registry, 'read') }, async (request) => {
    await registry.tokens.revoke(callerOf(request).account, hashOf(request.params.secret), registry.signal);
    return { ok: true };
  });
};
