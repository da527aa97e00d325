// A registry in memory with every static check, on a port that it tells its parent. Answers `memory` (bytes of it that are resident, after a
// collection) and `verify` (whether log and packuments still are what the log and the tarballs say).
import { createRegistry } from '../server/serve.ts';
import { staticAdmission } from '../server/static-admission.ts';
import { verifyLog } from '../log/event-log.ts';
import { memoryStorage } from '../storage/memory.ts';

const { signal } = new AbortController();
const storage = memoryStorage();
const { app, registry } = await createRegistry({ storage, admit: await staticAdmission(signal), cooldown: { newMs: 0, updateMs: 0 }, publishLimit: { count: 1e6, windowMs: 1, freezeMs: 1 }, registration: 'open' });
await registry.accounts.create('author', null, signal);
const { secret } = await registry.tokens.issue({ account: 'author', right: 'publish', lifeMs: null }, signal);
const url = await app.listen({ host: '127.0.0.1', port: 0 });

const packuments = async (): Promise<Readonly<Record<string, string>>> => {
  const found: Record<string, string> = {};
  for await (const key of storage.list('npm/', signal)) found[key] = Buffer.from((await storage.read(key, signal))?.bytes ?? []).toString('base64');
  return found;
};

/** Why the storage does not hold together; undefined when it does. */
async function fault(): Promise<string | undefined> {
  await verifyLog(storage, signal);
  const before = await packuments();
  await registry.packages.rebuild(signal);
  const after = await packuments();
  return Object.keys({ ...before, ...after }).find((key) => before[key] !== after[key]);
}

process.on('message', (asked) => {
  if (asked === 'memory') {
    globalThis.gc?.();
    process.send?.({ memory: process.memoryUsage.rss() });
  } else void fault().then((found) => process.send?.({ fault: found ?? null }), (thrown: unknown) => process.send?.({ fault: String(thrown) }));
});
process.on('disconnect', () => process.exit());
process.send?.({ url, secret });
