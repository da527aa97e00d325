// Serves a folder with every static check, one of whose modules finds nothing any more: `ROOT MODULE`, the module's path from this folder; `none` for all as they are.
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const [root = '', broken = 'none'] = process.argv.slice(2);
const target = pathToFileURL(`${import.meta.dirname}/${broken}`).href;
const textOf = (source: unknown): string => (typeof source === 'string' ? source : new TextDecoder().decode(source as Uint8Array));
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    return url === target ? { ...loaded, source: textOf(loaded.source).replace(/\b(?:async )?run\(/, 'run: async () => [], async unused(') } : loaded;
  },
});
const { serveRegistry } = await import('../server/serve.ts');
const served = await serveRegistry({ root, port: 0 });
process.stdout.write(`${served.url}\n`);
await served[Symbol.asyncDispose]();
