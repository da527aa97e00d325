import { existsSync, globSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const packages = ['core', 'registry', 'cli', ...readdirSync(join(root, 'plugins')).map((name) => `plugins/${name}`)].filter((name) => existsSync(join(root, name, 'package.json')));

interface Source {
  /** Path from the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const imported = /^(?:import|export)\b[^'"]*?\bfrom\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

function sourcesOf(folder: string): Source[] {
  return globSync('**/*.ts', { cwd: join(root, folder, 'src') }).map((file) => {
    const text = readFileSync(join(root, folder, 'src', file), 'utf8');
    return { path: `${folder}/src/${file.replaceAll(sep, '/')}`, text, imports: Array.from(text.matchAll(imported), ([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '') };
  });
}

const sources = packages.flatMap(sourcesOf);
/** What a plugin's conformance needs is started for tests. */
const isTest = ({ path }: Source): boolean => /\.test\.|^plugins\/[^/]+\/src\/conformance\.ts$/.test(path);
const code = sources.filter((source) => !isTest(source));
const packageOf = (specifier: string): string => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
const offenders = (from: readonly Source[], offends: (specifier: string, source: Source) => boolean): string[] =>
  from.flatMap((source) => source.imports.filter((specifier) => offends(specifier, source)).map((specifier) => `${source.path} imports ${specifier}`));
const within = (folder: string): Source[] => code.filter(({ path }) => path.startsWith(folder));

test('the walk sees every package and their imports', () => {
  expect(packages.filter((name) => !code.some(({ path, imports }) => path.startsWith(`${name}/`) && imports.length > 0))).toEqual([]);
});

test('contracts import zod and each other', () => {
  const contracts = within('core/src/contracts/');
  expect(contracts.length).toBeGreaterThan(10);
  expect(offenders(contracts, (specifier) => specifier !== 'zod' && !/^\.\/[a-z-]+\.ts$/.test(specifier))).toEqual([]);
});

test('tsyringe is known to core/src/host/scope.ts alone', () => {
  expect(offenders(sources, (specifier, { path }) => /^(tsyringe|reflect-metadata)/.test(specifier) && path !== 'core/src/host/scope.ts')).toEqual([]);
  expect(sources.find(({ path }) => path === 'core/src/host/scope.ts')?.imports).toContain('tsyringe');
});

test('core imports nothing of ours, a plugin and the registry only core', () => {
  expect(offenders(within('core/'), (specifier) => specifier.startsWith('@byoml/'))).toEqual([]);
  expect(offenders([...within('plugins/'), ...within('registry/')], (specifier) => specifier.startsWith('@byoml/') && packageOf(specifier) !== '@byoml/core')).toEqual([]);
  expect(offenders(code, (specifier, { path }) => specifier.startsWith('.') && !join(dirname(path), specifier).replaceAll(sep, '/').startsWith(`${packages.find((name) => path.startsWith(`${name}/`))}/src/`))).toEqual([]);
});

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, any>;

/** Every package that core needs at run time, by folder. */
function dependenciesOf(folder: string, found = new Map<string, string>()): Map<string, string> {
  for (const name of Object.keys({ ...json(join(folder, 'package.json'))['dependencies'], ...json(join(folder, 'package.json'))['optionalDependencies'] })) {
    const at = [folder, root].map((base) => join(base, 'node_modules', name)).find((path) => existsSync(path));
    if (!at || found.has(name)) continue;
    found.set(name, at);
    dependenciesOf(at, found);
  }
  return found;
}

test('core needs no native module, no install script and little else', () => {
  const needed = dependenciesOf(join(root, 'core'));
  expect([...needed.keys()]).toEqual(expect.arrayContaining(['zod', 'semver', 'tsyringe']));
  const native = [...needed].filter(([, folder]) => {
    const { os, cpu, gypfile, scripts = {} } = json(join(folder, 'package.json'));
    return os || cpu || gypfile || scripts.install || scripts.preinstall || scripts.postinstall || globSync('**/{*.node,binding.gyp}', { cwd: folder }).length > 0;
  });
  expect(native.map(([name]) => name)).toEqual([]);
  expect(needed.size).toBeLessThan(10);
});

test('imports of packages are declared where they are used', () => {
  const declared = (path: string): Set<string> => {
    const { dependencies, peerDependencies, devDependencies } = json(join(root, packages.find((name) => path.startsWith(`${name}/`)) as string, 'package.json'));
    return new Set(Object.keys({ ...dependencies, ...peerDependencies, ...(path.startsWith('cli/') && devDependencies) })); // the command is packed
  };
  expect(offenders(code, (specifier, { path }) => !/^[.]|^node:/.test(specifier) && !declared(path).has(packageOf(specifier)))).toEqual([]);
});

const statements = (text: string): string[] => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').split(';').map((statement) => statement.trim()).filter(Boolean);

test('an index.ts only re-exports; a plugin\'s entry also exports its definePlugin', () => {
  const entry = /^plugins\/[^/]+\/src\/index\.ts$/;
  const reexport = /^export\s+(?:type\s+)?(?:\{[^}]*\}|\*(?:\s+as\s+\w+)?)(?:\s+from\s+['"][^'"]+['"])?$/;
  const allowed = (statement: string, path: string): boolean => reexport.test(statement) || (entry.test(path) && /^(?:import\b|export default definePlugin\()/.test(statement));
  const indexes = code.filter(({ path }) => basename(path) === 'index.ts' && !path.startsWith('cli/src/commands/'));
  expect(indexes.length).toBeGreaterThan(8);
  expect(indexes.flatMap(({ path, text }) => statements(text).filter((statement) => !allowed(statement, path)).map((statement) => `${path}: ${statement.slice(0, 80)}`))).toEqual([]);
});

test('no file or folder is a drawer without a name', () => {
  const drawer = /^(utils?|helpers?|common|lib|misc|types|shared|tools)(\.ts)?$/;
  expect(sources.filter(({ path }) => path.split('/').some((part) => drawer.test(part))).map(({ path }) => path)).toEqual([]);
});

test('named exports only, but for plugin entries and commands', () => {
  const exempt = /^plugins\/[^/]+\/src\/index\.ts$|^cli\/src\/commands\//;
  expect(code.filter(({ path, text }) => /^export default /m.test(text) && !exempt.test(path)).map(({ path }) => path)).toEqual([]);
});

test('files are small: at most 400 lines, half of them at most 80', () => {
  const sizes = code.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 })).sort((a, b) => a.lines - b.lines);
  expect(sizes.filter(({ lines }) => lines > 400)).toEqual([]);
  expect(sizes[Math.floor(sizes.length / 2)]?.lines).toBeLessThanOrEqual(80);
});

test('no machine\'s own path is in the project', () => {
  const own = new RegExp(`(?<![\\w.-])/(?:${['work', 'home', 'Users'].join('|')})/[a-z]+/`);
  expect(sources.filter(({ text }) => own.test(text)).map(({ path }) => path)).toEqual([]);
  expect(relative(root, import.meta.dirname)).toBe('test');
});
