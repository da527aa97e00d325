// A process that works on a folder storage: `add ROOT NAME COUNT` adds COUNT entries to one list, `endless ROOT` writes until it is killed.
import { absent } from './storage.ts';
import { folderStorage } from './folder.ts';

const [mode = '', root = '', name = '', count = '0'] = process.argv.slice(2);
const { signal } = new AbortController();
const storage = await folderStorage(root);

async function add(entry: string): Promise<void> {
  for (;;) {
    const before = await storage.read('list', signal);
    const after = `${before ? new TextDecoder().decode(before.bytes) : ''}${entry},`;
    if (await storage.write('list', new TextEncoder().encode(after), { expected: before?.version ?? absent, signal })) return;
  }
}

if (mode === 'add') for (let i = 0; i < Number(count); i++) await add(`${name}${i}`);
for (let i = 0; mode === 'endless'; i = (i + 1) % 10) {
  await storage.write('large', new Uint8Array(1 << 20).fill(i), { signal });
  process.stdout.write('.');
}
await storage[Symbol.asyncDispose]();
