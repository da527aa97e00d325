import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packPlugin, verifyPlugin } from '@byoml/core/plugins';
import { scaffold } from '@byoml/core/scaffold';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inCi } from './tier.ts';

const root = join(import.meta.dirname, '..');
const templates = join(root, 'templates');
const kinds = ['algorithm', 'data-source', 'rule-template', 'sink'];
const run = promisify(execFile);

/** The environment of a shell that never heard of this test run. */
const shell = (): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|vitest|node_env$|node_options$|test$)/i.test(name));
  return { ...Object.fromEntries(kept), PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`, NO_COLOR: '1', CI: 'true' };
};

function npm(cwd: string, ...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const path = process.env['npm_execpath'];
  const options = { cwd, env: shell(), maxBuffer: 1 << 26 };
  return path ? run(process.execPath, [path, ...args], options) : run('npm', args, options);
}

const packageOf = async (folder: string): Promise<Record<string, Record<string, string>>> => JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as never;

let outside: string;
let core: string;

/** Core as its tarball holds it, and beside it, by link, what else npm would install. */
async function install(folder: string): Promise<void> {
  const installed = join(folder, 'node_modules');
  await mkdir(join(installed, '@byoml', 'core'), { recursive: true });
  await mkdir(join(installed, '@types'));
  await mkdir(join(installed, '.bin'));
  await run('tar', ['-xzf', core, '-C', join(installed, '@byoml', 'core'), '--strip-components', '1']);
  const needed = Object.keys((await packageOf(join(installed, '@byoml', 'core')))['dependencies'] ?? {});
  const links = [...needed, 'vitest', '@types/node'].map((name) => [name, name] as const);
  for (const [name, from] of [...links, ['typescript', 'typescript-7'] as const]) await symlink(join(root, 'node_modules', from), join(installed, name), 'junction');
  await symlink(join('..', 'typescript', 'bin', 'tsc'), join(installed, '.bin', 'tsc'));
  await symlink(join('..', 'vitest', 'vitest.mjs'), join(installed, '.bin', 'vitest'));
}

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'byoml-templates-'));
  await npm(join(root, 'core'), 'pack', '--loglevel=error', '--pack-destination', outside);
  core = join(outside, (await readdir(outside)).find((file) => file.endsWith('.tgz')) as string);
});
afterAll(() => rm(outside, { recursive: true, force: true }));

test('there is a template of each kind, and the package ships them', async () => {
  const folders = (await readdir(templates, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(folders.filter((name) => name !== 'node_modules').sort()).toEqual(kinds);
  expect([...((await packageOf(templates))['files'] as unknown as string[])].sort()).toEqual(kinds);
});

describe.each(kinds)('the %s template', (kind) => {
  test('pins what this workspace pins', async () => {
    const [ours, theirs, workspace] = await Promise.all([packageOf(join(root, 'core')), packageOf(join(templates, kind)), packageOf(root)]);
    const { typescript, ...exact } = theirs['devDependencies'] ?? {};
    expect(`npm:typescript@${typescript}`).toBe(workspace['devDependencies']?.['typescript-7']);
    expect(exact).toEqual({ '@byoml/core': ours['version'], '@types/node': workspace['devDependencies']?.['@types/node'], 'vitest': workspace['devDependencies']?.['vitest'] });
    expect(theirs['engines']).toEqual(ours['engines']);
  });

  const isOther = kind !== 'algorithm';
  test.skipIf(isOther && !inCi)(`is green outside the repository, from the packed core, and verifies as a plugin${isOther ? ' (CI tier)' : ''}`, async () => {
    const { folder, files } = await scaffold({ templates, kind, name: `my-${kind}`, into: outside });
    expect(files).toEqual(expect.arrayContaining(['.gitignore', 'LICENSE', 'README.md', 'package.json', 'src/index.test.ts', 'src/index.ts', 'tsconfig.json', 'vitest.config.ts']));
    for (const file of files) expect(await readFile(join(folder, file), 'utf8')).not.toMatch(/\{\{\w+\}\}/);
    await install(folder);
    const { stdout } = await npm(folder, 'test');
    expect(stdout).toMatch(/Tests\s+\d\d passed/);
    expect(stdout).not.toMatch(/failed|skipped/);
    await npm(folder, 'run', 'build');
    await packPlugin(folder);
    expect((await verifyPlugin(folder)).plugin).toBe(`@local/my-${kind}`);
    const dryRun = await run(process.execPath, [join(root, 'cli', 'bin', 'byoml.js'), 'publish', '--dry-run', '--json'], { cwd: folder, env: shell() });
    expect(JSON.parse(dryRun.stdout)).toMatchObject({ name: `@local/my-${kind}`, state: 'PASSED', findings: [] });
  });

  test('is licensed under MIT, by its authors', async () => {
    const { folder } = await scaffold({ templates, kind, name: `licensed-${kind}`, into: outside, year: 2031 });
    expect(await packageOf(folder)).toMatchObject({ license: 'MIT' });
    expect(await readFile(join(folder, 'LICENSE'), 'utf8')).toMatch(new RegExp(`^MIT License\n\nCopyright \\(c\\) 2031 the authors of licensed-${kind}\n\nPermission is hereby granted[^]*OTHER DEALINGS IN THE\nSOFTWARE\\.\n$`));
  });
});

test('the code in docs/plugins.md is the code of the templates, and all of the algorithm', async () => {
  const text = await readFile(join(root, 'docs', 'plugins.md'), 'utf8');
  const blocks = [...text.matchAll(/^```ts(?: (?<path>\S+))?\n(?<code>[\s\S]*?)^```$/gm)].map(({ groups }) => ({ path: groups?.['path'] ?? 'no path', code: groups?.['code'] ?? '' }));
  for (const { path, code } of blocks) expect(`\n${await readFile(join(root, path), 'utf8')}`).toContain(`\n${code}`);
  const whole = await readFile(join(templates, 'algorithm', 'src', 'index.ts'), 'utf8');
  expect(blocks.filter(({ path }) => path === 'templates/algorithm/src/index.ts').map(({ code }) => code).join('\n')).toBe(whole);
});
