// Writes byoml.plugin.json of our own plugins from their built code, as `byoml plugins pack` does for everybody's.
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';

const { packPlugin } = await import('../core/dist/plugins/index.js');
for (const found of globSync('plugins/*/package.json').sort()) await packPlugin(join(process.cwd(), dirname(found)));
