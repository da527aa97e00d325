import { ByomlError } from '@byoml/core';
import { z } from 'zod';
import { parseAccountName } from '../../accounts/account.ts';
import type { Token } from '../../accounts/token.ts';
import { parseBody } from '../../npm/publish-body.ts';
import { callerOf, needs } from '../caller.ts';
import type { Registry } from '../registry.ts';
import type { Route } from '../route.ts';

const dayMs = 86_400_000;
const defaultDays = 30;
const names = z.array(z.string().regex(/^@?[a-z0-9._/-]+$/).max(220)).max(100).default([]);

/** What `npm token create` sends, and `account`, with which the administrator makes one for somebody else. Limits that the registry does not know are refused, not dropped. */
const body = z.object({
  password: z.string().optional(),
  account: z.string().optional(),
  name: z.string().max(100).nullish(),
  readonly: z.boolean().default(false),
  expires: z.int().min(1).max(365).default(defaultDays),
  packages: names,
  scopes: names,
  packages_and_scopes_permission: z.enum(['read-only', 'read-write']).nullish(),
  cidr_whitelist: z.array(z.string()).max(0, 'limits by address are not supported').nullish(),
  orgs: z.array(z.string()).max(0, 'limits by organisation are not supported').nullish(),
});

/** A stolen token cannot make others: that needs the password, or the administrator's token. */
async function refuseUnproven(registry: Registry, caller: Token, { account, password }: { readonly account: string; readonly password: string | undefined }): Promise<void> {
  const found = await registry.accounts.find(account, registry.signal);
  if (!found) throw new ByomlError('REQUEST_INVALID', `"${account}" has no account here`, { details: { account } });
  if (caller.right === 'admin') return;
  if (account !== caller.account) throw new ByomlError('ACCESS_DENIED', 'only the administrator makes tokens for others');
  await registry.accounts.checkPassword(found, password ?? '');
}

const shown = ({ hash, label, right, packages, created, expires }: Token, secret?: string): object => ({ key: hash, token: secret ?? '', name: label, readonly: right === 'read', packages, cidr_whitelist: null, created, expires });

/** `npm token create`, `list` and `revoke` */
export const tokens: Route = (app, registry) => {
  const { tokens: kept, signal } = registry;

  app.get('/-/npm/v1/tokens', { onRequest: needs(registry, 'read') }, async (request, reply) => {
    const found = await kept.ofAccount(callerOf(request).account, signal);
    return reply.header('cache-control', 'no-store').send({ objects: found.map((token) => shown(token)), total: found.length, urls: {} });
  });

  app.post('/-/npm/v1/tokens', { onRequest: needs(registry, 'read') }, async (request, reply) => {
    const given = parseBody(body, request.body);
    const caller = callerOf(request);
    const account = given.account === undefined ? caller.account : parseAccountName(given.account);
    await refuseUnproven(registry, caller, { account, password: given.password });
    const right = given.readonly || given.packages_and_scopes_permission === 'read-only' ? 'read' : 'publish';
    const { secret, token } = await kept.issue({ account, right, packages: [...given.packages, ...given.scopes], label: given.name ?? '', lifeMs: given.expires * dayMs }, signal);
    return reply.code(201).header('cache-control', 'no-store').send(shown(token, secret));
  });

  app.delete<{ Params: { key: string } }>('/-/npm/v1/tokens/token/:key', { onRequest: needs(registry, 'read') }, async (request) => {
    const { key } = request.params;
    if (!/^[0-9a-f]{64}$/.test(key) || !(await kept.revoke(callerOf(request).account, key, signal))) throw new ByomlError('PACKAGE_UNKNOWN', 'the account has no token of that key');
    return { ok: true };
  });
};
