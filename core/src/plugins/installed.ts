import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ByomlError } from '../contracts/errors.ts';

const packageJson = z.looseObject({
  name: z.string().min(1).max(214),
  version: z.string().min(1).max(100),
  keywords: z.array(z.string()).optional(),
  exports: z.unknown().optional(),
  main: z.string().optional(),
  peerDependencies: z.record(z.string(), z.string()).optional(),
});
export type PackageJson = z.infer<typeof packageJson>;

/** A package that says it is a plugin; nothing of it has run. */
export interface Installed {
  /** Real path of the package. */
  readonly folder: string;
  readonly packageJson: PackageJson;
}

const keyword = 'byoml-plugin';

function readText(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'package.json'), 'utf8');
  } catch {
    return undefined;
  }
}

function parse(folder: string, text: string): PackageJson {
  try {
    return packageJson.parse(JSON.parse(text));
  } catch (thrown) {
    const reason = thrown instanceof z.ZodError ? z.prettifyError(thrown) : (thrown as Error).message;
    throw new ByomlError('PLUGIN_MANIFEST_INVALID', `plugin ${folder}: package.json: ${reason}`, { cause: thrown, details: { folder, phase: 'resolve' } });
  }
}

/** The plugin in a folder that somebody named. Throws PLUGIN_NOT_FOUND when it holds none. */
export function readInstalled(folder: string): Installed {
  const refuse = (reason: string): ByomlError => new ByomlError('PLUGIN_NOT_FOUND', `plugin ${folder}: ${reason}`, { details: { folder, phase: 'resolve' } });
  const text = readText(folder);
  if (text === undefined) throw refuse('no package.json can be read there');
  const parsed = parse(folder, text);
  if (!parsed.keywords?.includes(keyword)) throw refuse(`package.json lacks the keyword "${keyword}", by which plugins are found`);
  return { folder: realpathSync(folder), packageJson: parsed };
}

const entries = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : []);

/** Packages of `<root>/node_modules` with the keyword, in order of name; nothing above `root` is looked at. */
export function installedUnder(root: string): Installed[] {
  const modules = join(root, 'node_modules');
  const names = entries(modules).flatMap((name) => (name.startsWith('@') ? entries(join(modules, name)).map((inner) => `${name}/${inner}`) : [name]));
  return names.flatMap((name) => {
    const folder = join(modules, name);
    const text = readText(folder);
    if (!text?.includes(`"${keyword}"`)) return []; // spares parsing hundreds of other packages
    const parsed = parse(folder, text);
    return parsed.keywords?.includes(keyword) ? [{ folder: realpathSync(folder), packageJson: parsed }] : [];
  });
}
