import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import { Clock, Fetch, Folder, Logger, Secrets, token } from '../contracts/services.ts';
import { Scope } from './scope.ts';
import { hostServices, pluginScope } from './services.ts';

const logger: Logger = { info: () => undefined, warn: () => undefined };
const signal = new AbortController().signal;
const Counter = token<{ readonly n: number }>('counter');

test('a service is typed by its token and arrives under the name that was asked for', () => {
  const scope = hostServices(Scope.root(), { logger, clock: { now: () => new Date(0) } });
  const picked = scope.pick({ log: Logger, clock: Clock });
  expectTypeOf(picked.log).toEqualTypeOf<Logger>();
  expect(picked.log).toBe(logger);
  expect(picked.clock.now().getTime()).toBe(0);
});

test('a service is made once, when it is first asked for', () => {
  let made = 0;
  const scope = Scope.root().provide(Counter, () => ({ n: ++made }));
  const child = scope.child();
  expect(made).toBe(0);
  expect([child.get(Counter).n, scope.get(Counter).n, made]).toEqual([1, 1, 1]);
});

test('a child sees the services of its parent, its own stay its own', () => {
  const scope = Scope.root().provide(Counter, () => ({ n: 1 }));
  const child = scope.child().provide(Counter, () => ({ n: 2 }));
  expect([scope.get(Counter).n, child.get(Counter).n, scope.child().get(Counter).n]).toEqual([1, 2, 1]);
});

test('two roots share nothing', () => {
  Scope.root().provide(Counter, () => ({ n: 1 }));
  expect(() => Scope.root().get(Counter)).toThrow(expect.objectContaining({ code: 'SERVICE_MISSING' }));
});

test('a missing service is named', () => {
  expect(() => Scope.root().pick({ now: Clock })).toThrow(/no service byoml\/clock in this host/);
});

const closing = (closed: string[], name: string) => () => ({ n: 0, [Symbol.asyncDispose]: async () => void closed.push(name) });

test('children are disposed before their parent, services in the reverse order of their making, each once', async () => {
  const closed: string[] = [];
  const Other = token<{ readonly n: number }>('other');
  const scope = Scope.root().provide(Counter, closing(closed, 'first')).provide(Other, closing(closed, 'second'));
  const child = scope.child().provide(token('unused'), closing(closed, 'unused'));
  scope.get(Counter);
  child.provide(Fetch, closing(closed, 'child') as never).get(Fetch);
  scope.get(Other);
  await scope[Symbol.asyncDispose]();
  await scope[Symbol.asyncDispose]();
  expect(closed).toEqual(['child', 'second', 'first']);
});

test('one that fails to close does not keep the others open', async () => {
  const closed: string[] = [];
  const Failing = token<object>('failing');
  const scope = Scope.root().provide(Counter, closing(closed, 'first')).provide(Failing, () => ({ [Symbol.dispose]: () => { throw new Error('stuck'); } }));
  scope.get(Counter);
  scope.get(Failing);
  await expect(scope[Symbol.asyncDispose]()).rejects.toThrow('stuck');
  expect(closed).toEqual(['first']);
});

test('a folder is private to a plugin and goes with its scope, with everything in it', async () => {
  const host = hostServices(Scope.root(), { logger });
  const [one, two] = [pluginScope(host).get(Folder), pluginScope(host).get(Folder)];
  expect(one.path).not.toBe(two.path);
  await writeFile(join(one.path, 'file'), 'x');
  await host[Symbol.asyncDispose]();
  expect([one.path, two.path].filter(existsSync)).toEqual([]);
});

test('a secret is the environment variable of its name', async () => {
  const secrets = hostServices(Scope.root(), { logger, env: { BYOML_SECRET_KEY: 'k', BYOML_SECRET_EMPTY: '', OTHER: 'o' } }).get(Secrets);
  expect(await secrets.get('KEY', signal)).toBe('k');
  for (const name of ['EMPTY', 'MISSING', '../OTHER']) await expect(secrets.get(name, signal)).rejects.toEqual(expect.objectContaining({ code: 'SECRET_MISSING' }));
  await expect(secrets.get('KEY', AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
});

test('fetch is the web\'s unless another stands in front of it', async () => {
  const standIn: Fetch = async () => new Response('stand-in');
  const fetch = hostServices(Scope.root(), { logger, fetch: standIn }).get(Fetch);
  expect(await (await fetch('https://nowhere.invalid')).text()).toBe('stand-in');
  const own = hostServices(Scope.root(), { logger }).get(Fetch);
  expect(await (await own('data:,hello')).text()).toBe('hello');
});
