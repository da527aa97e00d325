import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const npm = join(dirname(createRequire(import.meta.url).resolve('npm-newest/package.json')), 'bin', 'npm-cli.js');

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shell of somebody who writes plugins: own home, `byoml` and `npm` on the path, no network. */
export class AuthorShell implements Disposable {
  readonly home: string;
  readonly #bin: string;

  constructor() {
    this.home = mkdtempSync(join(tmpdir(), 'byoml-author-'));
    this.#bin = join(this.home, 'bin');
    mkdirSync(this.#bin);
    this.#command('byoml', `exec "${process.execPath}" "${join(root, 'cli', 'bin', 'byoml.js')}" "$@"`);
    // What `npm install` alone fetches for a template is here already.
    this.#command('npm', `if [ "$*" = install ]; then exec cp -R "${this.#dependencies()}" node_modules; fi\nexec "${process.execPath}" "${npm}" "$@"`);
  }

  async run(script: string, { cwd = this.home, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {}): Promise<Ran> {
    const own = { HOME: this.home, NO_COLOR: '1', CI: 'true', npm_config_cache: join(this.home, 'cache'), npm_config_globalconfig: join(this.home, 'global'), npm_config_update_notifier: 'false', npm_config_fetch_retries: '0' };
    const path = [this.#bin, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...own, PATH: path, ...env } });
    const printed = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) child[stream].setEncoding('utf8').on('data', (text: string) => (printed[stream] += text));
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, ...printed };
  }

  /** A package that every check accepts, in a folder of its own; it is no plugin. */
  package(name: string, version: string, files: Readonly<Record<string, string>> = {}): string {
    const folder = mkdtempSync(join(this.home, 'package-'));
    const all = { 'package.json': JSON.stringify({ name, version, description: 'Finds odd hours.', license: 'MIT', main: 'index.js' }), LICENSE: 'MIT License\n\nPermission is hereby granted, free of charge.\n', 'index.js': `module.exports = ${JSON.stringify(version)};\n`, ...files };
    for (const [path, text] of Object.entries(all)) writeFileSync(join(folder, path), text);
    return folder;
  }

  [Symbol.dispose](): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  #command(name: string, line: string): void {
    writeFileSync(join(this.#bin, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(this.#bin, name), 0o755);
  }

  #dependencies(): string {
    const folder = join(this.home, 'dependencies');
    for (const inside of ['@byoml', '@types', '.bin']) mkdirSync(join(folder, inside), { recursive: true });
    const modules = join(root, 'node_modules');
    for (const [name, target] of [['@byoml/core', join(root, 'core')], ['@types/node', join(modules, '@types', 'node')], ['vitest', join(modules, 'vitest')], ['typescript', join(modules, 'typescript-7')]] as const) symlinkSync(target, join(folder, name));
    symlinkSync(join('..', 'typescript', 'bin', 'tsc'), join(folder, '.bin', 'tsc'));
    symlinkSync(join('..', 'vitest', 'vitest.mjs'), join(folder, '.bin', 'vitest'));
    return folder;
  }
}
