// Serves a folder as `byoml registry serve` does, with every check, for authors who publish thousands of versions in a minute.
import { serveRegistry } from '@byoml/registry/server';

const [root] = process.argv.slice(2);
const served = await serveRegistry({ root, port: 0, cooldown: { newMs: 0, updateMs: 0 }, publishLimit: { count: 1_000_000, windowMs: 600_000, freezeMs: 1000 } });
process.stdout.write(`${JSON.stringify({ url: served.url })}\n`);
process.once('SIGTERM', () => void served[Symbol.asyncDispose]().then(() => process.exit(0)));
