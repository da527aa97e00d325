import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { packPlugin } from '@byoml/core/plugins';
import { scaffold } from '@byoml/core/scaffold';
import type { NpmUser } from './registry-client.ts';

const root = join(import.meta.dirname, '..');

export interface PluginToPublish {
  /** The package: `@scope/id`, where the id is also that of its component. */
  readonly name: string;
  readonly version: string;
  /** What becomes of the code of the template; as it is when absent. */
  readonly changed?: ((code: string) => string) | undefined;
}

/** Publishes the template of an algorithm, as its author would build it. Throws what npm says. */
export async function publishPlugin(author: NpmUser, { name, version, changed = (code) => code }: PluginToPublish): Promise<void> {
  const made = await scaffold({ templates: join(root, 'templates'), kind: 'algorithm', name: name.split('/').at(-1) as string, into: mkdtempSync(join(author.home, 'plugin-')) });
  const at = (file: string): string => join(made.folder, file);
  const { scripts: _, devDependencies: __, ...kept } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as Record<string, unknown>;
  writeFileSync(at('package.json'), JSON.stringify({ ...kept, name, version }, null, 2));
  mkdirSync(at('dist'));
  writeFileSync(at('dist/index.js'), changed(stripTypeScriptTypes(readFileSync(at('src/index.ts'), 'utf8'))));
  mkdirSync(at('node_modules/@byoml'), { recursive: true });
  symlinkSync(join(root, 'core'), at('node_modules/@byoml/core'), 'junction');
  await packPlugin(made.folder);
  const { status, stderr } = await author.npm(['publish'], { cwd: made.folder });
  if (status !== 0) throw new Error(stderr);
}
